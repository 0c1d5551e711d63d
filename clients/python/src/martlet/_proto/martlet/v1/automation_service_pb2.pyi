from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

AUTOMATION_ORDER_CREATED: AutomationOrder
AUTOMATION_ORDER_NAME: AutomationOrder
AUTOMATION_ORDER_NAME_DESCENDING: AutomationOrder
AUTOMATION_ORDER_UNSPECIFIED: AutomationOrder
AUTOMATION_ORDER_UPDATED: AutomationOrder
DESCRIPTOR: _descriptor.FileDescriptor

class Automation(_message.Message):
    __slots__ = ["actions", "actions_on_resolve", "actions_on_trigger", "create_time", "created_by", "description", "etag", "id", "name", "namespace", "owner_resource", "paused", "tags", "trigger", "update_time", "updated_by"]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_ON_RESOLVE_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_ON_TRIGGER_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OWNER_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    actions_on_resolve: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    actions_on_trigger: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    description: str
    etag: str
    id: str
    name: str
    namespace: str
    owner_resource: str
    paused: bool
    tags: _containers.RepeatedScalarFieldContainer[str]
    trigger: _struct_pb2.Struct
    update_time: _timestamp_pb2.Timestamp
    updated_by: str
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., paused: bool = ..., tags: _Optional[_Iterable[str]] = ..., trigger: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., actions: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., actions_on_trigger: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., actions_on_resolve: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ..., owner_resource: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., created_by: _Optional[str] = ..., updated_by: _Optional[str] = ...) -> None: ...

class AutomationFilter(_message.Message):
    __slots__ = ["any_tags", "created_until", "has_tags", "ids", "match_any", "match_any_tags", "names", "owner_resource", "related_resource", "tags"]
    ANY_TAGS_FIELD_NUMBER: _ClassVar[int]
    CREATED_UNTIL_FIELD_NUMBER: _ClassVar[int]
    HAS_TAGS_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    MATCH_ANY_FIELD_NUMBER: _ClassVar[int]
    MATCH_ANY_TAGS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    OWNER_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    RELATED_RESOURCE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    any_tags: _containers.RepeatedScalarFieldContainer[str]
    created_until: _timestamp_pb2.Timestamp
    has_tags: bool
    ids: _containers.RepeatedScalarFieldContainer[str]
    match_any: bool
    match_any_tags: bool
    names: _containers.RepeatedScalarFieldContainer[str]
    owner_resource: str
    related_resource: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., names: _Optional[_Iterable[str]] = ..., tags: _Optional[_Iterable[str]] = ..., has_tags: bool = ..., owner_resource: _Optional[str] = ..., related_resource: _Optional[str] = ..., any_tags: _Optional[_Iterable[str]] = ..., created_until: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., match_any: bool = ..., match_any_tags: bool = ...) -> None: ...

class AutomationFiring(_message.Message):
    __slots__ = ["actions", "count", "event", "event_id", "labels", "time"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    EVENT_ID_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    actions: _containers.RepeatedCompositeFieldContainer[_struct_pb2.Struct]
    count: int
    event: str
    event_id: str
    labels: _containers.ScalarMap[str, str]
    time: _timestamp_pb2.Timestamp
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., event_id: _Optional[str] = ..., event: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., count: _Optional[int] = ..., actions: _Optional[_Iterable[_Union[_struct_pb2.Struct, _Mapping]]] = ...) -> None: ...

class CountAutomationsRequest(_message.Message):
    __slots__ = ["filter", "namespace"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    filter: AutomationFilter
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[AutomationFilter, _Mapping]] = ...) -> None: ...

class CountAutomationsResponse(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class CreateAutomationRequest(_message.Message):
    __slots__ = ["automation", "namespace"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., automation: _Optional[_Union[Automation, _Mapping]] = ...) -> None: ...

class CreateAutomationResponse(_message.Message):
    __slots__ = ["automation"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    def __init__(self, automation: _Optional[_Union[Automation, _Mapping]] = ...) -> None: ...

class DeleteAutomationRequest(_message.Message):
    __slots__ = ["etag", "id", "namespace"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    etag: str
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteAutomationResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetAutomationRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetAutomationResponse(_message.Message):
    __slots__ = ["automation"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    def __init__(self, automation: _Optional[_Union[Automation, _Mapping]] = ...) -> None: ...

class ListAutomationsRequest(_message.Message):
    __slots__ = ["filter", "namespace", "order", "page_size", "page_token", "skip"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    filter: AutomationFilter
    namespace: str
    order: AutomationOrder
    page_size: int
    page_token: str
    skip: int
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[AutomationFilter, _Mapping]] = ..., order: _Optional[_Union[AutomationOrder, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class ListAutomationsResponse(_message.Message):
    __slots__ = ["automations", "next_page_token"]
    AUTOMATIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    automations: _containers.RepeatedCompositeFieldContainer[Automation]
    next_page_token: str
    def __init__(self, automations: _Optional[_Iterable[_Union[Automation, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class TestAutomationRequest(_message.Message):
    __slots__ = ["automation", "id", "namespace", "window"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    WINDOW_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    id: str
    namespace: str
    window: _duration_pb2.Duration
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., automation: _Optional[_Union[Automation, _Mapping]] = ..., window: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class TestAutomationResponse(_message.Message):
    __slots__ = ["event_count", "firing_count", "firings", "truncated"]
    EVENT_COUNT_FIELD_NUMBER: _ClassVar[int]
    FIRINGS_FIELD_NUMBER: _ClassVar[int]
    FIRING_COUNT_FIELD_NUMBER: _ClassVar[int]
    TRUNCATED_FIELD_NUMBER: _ClassVar[int]
    event_count: int
    firing_count: int
    firings: _containers.RepeatedCompositeFieldContainer[AutomationFiring]
    truncated: bool
    def __init__(self, firings: _Optional[_Iterable[_Union[AutomationFiring, _Mapping]]] = ..., firing_count: _Optional[int] = ..., event_count: _Optional[int] = ..., truncated: bool = ...) -> None: ...

class UpdateAutomationRequest(_message.Message):
    __slots__ = ["automation", "namespace", "update_mask"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    namespace: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, namespace: _Optional[str] = ..., automation: _Optional[_Union[Automation, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateAutomationResponse(_message.Message):
    __slots__ = ["automation"]
    AUTOMATION_FIELD_NUMBER: _ClassVar[int]
    automation: Automation
    def __init__(self, automation: _Optional[_Union[Automation, _Mapping]] = ...) -> None: ...

class AutomationOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

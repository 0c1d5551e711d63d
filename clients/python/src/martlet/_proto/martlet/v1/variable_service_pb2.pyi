from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
SET_VARIABLE_POLICY_CREATE: SetVariablePolicy
SET_VARIABLE_POLICY_UNSPECIFIED: SetVariablePolicy
SET_VARIABLE_POLICY_UPDATE: SetVariablePolicy
SET_VARIABLE_POLICY_UPSERT: SetVariablePolicy
VARIABLE_ORDER_CREATED: VariableOrder
VARIABLE_ORDER_NAME: VariableOrder
VARIABLE_ORDER_NAME_DESCENDING: VariableOrder
VARIABLE_ORDER_UNSPECIFIED: VariableOrder
VARIABLE_ORDER_UPDATED: VariableOrder

class CountVariablesRequest(_message.Message):
    __slots__ = ["filter", "namespace"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    filter: VariableFilter
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[VariableFilter, _Mapping]] = ...) -> None: ...

class CountVariablesResponse(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class DeleteVariableRequest(_message.Message):
    __slots__ = ["etag", "name", "namespace"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    etag: str
    name: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteVariableResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetVariableRequest(_message.Message):
    __slots__ = ["id", "name", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetVariableResponse(_message.Message):
    __slots__ = ["variable"]
    VARIABLE_FIELD_NUMBER: _ClassVar[int]
    variable: Variable
    def __init__(self, variable: _Optional[_Union[Variable, _Mapping]] = ...) -> None: ...

class ListVariablesRequest(_message.Message):
    __slots__ = ["filter", "name_prefix", "namespace", "order", "page_size", "page_token", "skip", "tags"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    filter: VariableFilter
    name_prefix: str
    namespace: str
    order: VariableOrder
    page_size: int
    page_token: str
    skip: int
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, namespace: _Optional[str] = ..., name_prefix: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[_Union[VariableFilter, _Mapping]] = ..., order: _Optional[_Union[VariableOrder, str]] = ..., skip: _Optional[int] = ...) -> None: ...

class ListVariablesResponse(_message.Message):
    __slots__ = ["next_page_token", "variables"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VARIABLES_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    variables: _containers.RepeatedCompositeFieldContainer[Variable]
    def __init__(self, variables: _Optional[_Iterable[_Union[Variable, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class SetVariableRequest(_message.Message):
    __slots__ = ["namespace", "new_name", "policy", "request_id", "variable"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NEW_NAME_FIELD_NUMBER: _ClassVar[int]
    POLICY_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    VARIABLE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    new_name: str
    policy: SetVariablePolicy
    request_id: str
    variable: Variable
    def __init__(self, namespace: _Optional[str] = ..., variable: _Optional[_Union[Variable, _Mapping]] = ..., policy: _Optional[_Union[SetVariablePolicy, str]] = ..., request_id: _Optional[str] = ..., new_name: _Optional[str] = ...) -> None: ...

class SetVariableResponse(_message.Message):
    __slots__ = ["variable"]
    VARIABLE_FIELD_NUMBER: _ClassVar[int]
    variable: Variable
    def __init__(self, variable: _Optional[_Union[Variable, _Mapping]] = ...) -> None: ...

class Variable(_message.Message):
    __slots__ = ["create_time", "created_by", "etag", "id", "name", "namespace", "tags", "update_time", "updated_by", "value"]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    etag: str
    id: str
    name: str
    namespace: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    update_time: _timestamp_pb2.Timestamp
    updated_by: str
    value: _struct_pb2.Value
    def __init__(self, namespace: _Optional[str] = ..., name: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., created_by: _Optional[str] = ..., updated_by: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class VariableFilter(_message.Message):
    __slots__ = ["has_tags", "ids", "name_contains", "names", "tags"]
    HAS_TAGS_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    NAME_CONTAINS_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    has_tags: bool
    ids: _containers.RepeatedScalarFieldContainer[str]
    name_contains: str
    names: _containers.RepeatedScalarFieldContainer[str]
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., names: _Optional[_Iterable[str]] = ..., name_contains: _Optional[str] = ..., has_tags: bool = ..., tags: _Optional[_Iterable[str]] = ...) -> None: ...

class SetVariablePolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class VariableOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

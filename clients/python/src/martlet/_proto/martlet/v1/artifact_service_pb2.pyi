from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import run_service_pb2 as _run_service_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

ARTIFACT_ORDER_KEY: ArtifactOrder
ARTIFACT_ORDER_KEY_DESCENDING: ArtifactOrder
ARTIFACT_ORDER_NEWEST: ArtifactOrder
ARTIFACT_ORDER_UNSPECIFIED: ArtifactOrder
ARTIFACT_ORDER_UPDATED: ArtifactOrder
DESCRIPTOR: _descriptor.FileDescriptor

class Artifact(_message.Message):
    __slots__ = ["create_time", "custom", "description", "id", "image_uri", "key", "labels", "link", "markdown", "namespace", "progress", "run_id", "table", "update_time"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CUSTOM_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URI_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    MARKDOWN_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    custom: CustomContent
    description: str
    id: str
    image_uri: str
    key: str
    labels: _containers.ScalarMap[str, str]
    link: Link
    markdown: str
    namespace: str
    progress: float
    run_id: str
    table: _struct_pb2.Value
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., key: _Optional[str] = ..., description: _Optional[str] = ..., run_id: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., labels: _Optional[_Mapping[str, str]] = ..., markdown: _Optional[str] = ..., table: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., link: _Optional[_Union[Link, _Mapping]] = ..., progress: _Optional[float] = ..., image_uri: _Optional[str] = ..., custom: _Optional[_Union[CustomContent, _Mapping]] = ...) -> None: ...

class ArtifactFilter(_message.Message):
    __slots__ = ["enclosing_run_ids", "has_key", "ids", "key_contains", "keys", "other_types", "run_ids", "types"]
    ENCLOSING_RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    HAS_KEY_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    KEY_CONTAINS_FIELD_NUMBER: _ClassVar[int]
    OTHER_TYPES_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    enclosing_run_ids: _containers.RepeatedScalarFieldContainer[str]
    has_key: bool
    ids: _containers.RepeatedScalarFieldContainer[str]
    key_contains: str
    keys: _containers.RepeatedScalarFieldContainer[str]
    other_types: _containers.RepeatedScalarFieldContainer[str]
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    types: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., keys: _Optional[_Iterable[str]] = ..., key_contains: _Optional[str] = ..., has_key: bool = ..., types: _Optional[_Iterable[str]] = ..., other_types: _Optional[_Iterable[str]] = ..., run_ids: _Optional[_Iterable[str]] = ..., enclosing_run_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class CountArtifactsRequest(_message.Message):
    __slots__ = ["filter", "latest_only", "namespace"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    LATEST_ONLY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    filter: ArtifactFilter
    latest_only: bool
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[ArtifactFilter, _Mapping]] = ..., latest_only: bool = ...) -> None: ...

class CountArtifactsResponse(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class CustomContent(_message.Message):
    __slots__ = ["data", "type"]
    DATA_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    data: _struct_pb2.Value
    type: str
    def __init__(self, type: _Optional[str] = ..., data: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class DeleteArtifactRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class DeleteArtifactResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetArtifactRequest(_message.Message):
    __slots__ = ["id", "key", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    key: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class GetArtifactResponse(_message.Message):
    __slots__ = ["artifact"]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    artifact: Artifact
    def __init__(self, artifact: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class ImportArtifactResult(_message.Message):
    __slots__ = ["duplicate", "error"]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    error: _run_service_pb2.ReportError
    def __init__(self, error: _Optional[_Union[_run_service_pb2.ReportError, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class ImportArtifactsRequest(_message.Message):
    __slots__ = ["artifacts", "namespace"]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[Artifact]
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., artifacts: _Optional[_Iterable[_Union[Artifact, _Mapping]]] = ...) -> None: ...

class ImportArtifactsResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ImportArtifactResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ImportArtifactResult, _Mapping]]] = ...) -> None: ...

class Link(_message.Message):
    __slots__ = ["text", "uri"]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    text: str
    uri: str
    def __init__(self, uri: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class ListArtifactsRequest(_message.Message):
    __slots__ = ["filter", "key", "latest_only", "namespace", "order", "page_size", "page_token", "run_id", "skip"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LATEST_ONLY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    filter: ArtifactFilter
    key: str
    latest_only: bool
    namespace: str
    order: ArtifactOrder
    page_size: int
    page_token: str
    run_id: str
    skip: int
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., key: _Optional[str] = ..., latest_only: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., filter: _Optional[_Union[ArtifactFilter, _Mapping]] = ..., order: _Optional[_Union[ArtifactOrder, str]] = ..., skip: _Optional[int] = ...) -> None: ...

class ListArtifactsResponse(_message.Message):
    __slots__ = ["artifacts", "next_page_token"]
    ARTIFACTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    artifacts: _containers.RepeatedCompositeFieldContainer[Artifact]
    next_page_token: str
    def __init__(self, artifacts: _Optional[_Iterable[_Union[Artifact, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PutArtifactRequest(_message.Message):
    __slots__ = ["artifact", "namespace"]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    artifact: Artifact
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., artifact: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class PutArtifactResponse(_message.Message):
    __slots__ = ["artifact"]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    artifact: Artifact
    def __init__(self, artifact: _Optional[_Union[Artifact, _Mapping]] = ...) -> None: ...

class ArtifactOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import payload_pb2 as _payload_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CACHE_ISOLATION_READ_COMMITTED: CacheIsolation
CACHE_ISOLATION_SERIALIZABLE: CacheIsolation
CACHE_ISOLATION_UNSPECIFIED: CacheIsolation
DESCRIPTOR: _descriptor.FileDescriptor

class CacheEntry(_message.Message):
    __slots__ = ["compute_time", "expire_time", "key", "payload", "reserved", "source_run_id"]
    COMPUTE_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    SOURCE_RUN_ID_FIELD_NUMBER: _ClassVar[int]
    compute_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    key: str
    payload: _payload_pb2.Payload
    reserved: bool
    source_run_id: str
    def __init__(self, key: _Optional[str] = ..., payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., source_run_id: _Optional[str] = ..., compute_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reserved: bool = ...) -> None: ...

class CommitCacheKeyRequest(_message.Message):
    __slots__ = ["expire_time", "namespace", "payload", "token"]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    namespace: str
    payload: _payload_pb2.Payload
    token: str
    def __init__(self, namespace: _Optional[str] = ..., token: _Optional[str] = ..., payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CommitCacheKeyResponse(_message.Message):
    __slots__ = ["entry", "stored"]
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    STORED_FIELD_NUMBER: _ClassVar[int]
    entry: CacheEntry
    stored: bool
    def __init__(self, stored: bool = ..., entry: _Optional[_Union[CacheEntry, _Mapping]] = ...) -> None: ...

class DownloadResultRequest(_message.Message):
    __slots__ = ["id", "namespace", "offset", "run_id"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    offset: int
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., id: _Optional[str] = ..., offset: _Optional[int] = ...) -> None: ...

class DownloadResultResponse(_message.Message):
    __slots__ = ["data", "payload"]
    DATA_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    payload: _payload_pb2.Payload
    def __init__(self, payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class GetResultRequest(_message.Message):
    __slots__ = ["id", "namespace", "run_id"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetResultResponse(_message.Message):
    __slots__ = ["cached_from", "payload", "run_id"]
    CACHED_FROM_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    cached_from: str
    payload: _payload_pb2.Payload
    run_id: str
    def __init__(self, payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., run_id: _Optional[str] = ..., cached_from: _Optional[str] = ...) -> None: ...

class GetUploadRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetUploadResponse(_message.Message):
    __slots__ = ["complete", "received"]
    COMPLETE_FIELD_NUMBER: _ClassVar[int]
    RECEIVED_FIELD_NUMBER: _ClassVar[int]
    complete: bool
    received: int
    def __init__(self, received: _Optional[int] = ..., complete: bool = ...) -> None: ...

class InvalidateCacheKeysRequest(_message.Message):
    __slots__ = ["keys", "namespace", "prefix"]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    keys: _containers.RepeatedScalarFieldContainer[str]
    namespace: str
    prefix: str
    def __init__(self, namespace: _Optional[str] = ..., keys: _Optional[_Iterable[str]] = ..., prefix: _Optional[str] = ...) -> None: ...

class InvalidateCacheKeysResponse(_message.Message):
    __slots__ = ["invalidated"]
    INVALIDATED_FIELD_NUMBER: _ClassVar[int]
    invalidated: int
    def __init__(self, invalidated: _Optional[int] = ...) -> None: ...

class ListCacheEntriesRequest(_message.Message):
    __slots__ = ["namespace", "page_size", "page_token", "prefix"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    page_size: int
    page_token: str
    prefix: str
    def __init__(self, namespace: _Optional[str] = ..., prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListCacheEntriesResponse(_message.Message):
    __slots__ = ["entries", "next_page_token"]
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[CacheEntry]
    next_page_token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[CacheEntry, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PutResultRequest(_message.Message):
    __slots__ = ["expire_time", "id", "namespace", "payload", "run_id"]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    id: str
    namespace: str
    payload: _payload_pb2.Payload
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., run_id: _Optional[str] = ..., payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PutResultResponse(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: _payload_pb2.Payload
    def __init__(self, payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ...) -> None: ...

class ReleaseCacheKeyRequest(_message.Message):
    __slots__ = ["namespace", "token"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    token: str
    def __init__(self, namespace: _Optional[str] = ..., token: _Optional[str] = ...) -> None: ...

class ReleaseCacheKeyResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ReserveCacheKeyRequest(_message.Message):
    __slots__ = ["expire_after", "isolation", "key", "lease", "namespace", "refresh", "run_id", "token", "wait"]
    EXPIRE_AFTER_FIELD_NUMBER: _ClassVar[int]
    ISOLATION_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REFRESH_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    expire_after: _duration_pb2.Duration
    isolation: CacheIsolation
    key: str
    lease: _duration_pb2.Duration
    namespace: str
    refresh: bool
    run_id: str
    token: str
    wait: _duration_pb2.Duration
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., isolation: _Optional[_Union[CacheIsolation, str]] = ..., lease: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., expire_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., refresh: bool = ..., run_id: _Optional[str] = ..., token: _Optional[str] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ReserveCacheKeyResponse(_message.Message):
    __slots__ = ["busy", "hit", "reserved"]
    class Busy(_message.Message):
        __slots__ = ["lapse_time", "retry_after", "run_id"]
        LAPSE_TIME_FIELD_NUMBER: _ClassVar[int]
        RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        lapse_time: _timestamp_pb2.Timestamp
        retry_after: _duration_pb2.Duration
        run_id: str
        def __init__(self, retry_after: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., run_id: _Optional[str] = ..., lapse_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    class Reserved(_message.Message):
        __slots__ = ["lapse_time", "token"]
        LAPSE_TIME_FIELD_NUMBER: _ClassVar[int]
        TOKEN_FIELD_NUMBER: _ClassVar[int]
        lapse_time: _timestamp_pb2.Timestamp
        token: str
        def __init__(self, token: _Optional[str] = ..., lapse_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    BUSY_FIELD_NUMBER: _ClassVar[int]
    HIT_FIELD_NUMBER: _ClassVar[int]
    RESERVED_FIELD_NUMBER: _ClassVar[int]
    busy: ReserveCacheKeyResponse.Busy
    hit: CacheEntry
    reserved: ReserveCacheKeyResponse.Reserved
    def __init__(self, hit: _Optional[_Union[CacheEntry, _Mapping]] = ..., reserved: _Optional[_Union[ReserveCacheKeyResponse.Reserved, _Mapping]] = ..., busy: _Optional[_Union[ReserveCacheKeyResponse.Busy, _Mapping]] = ...) -> None: ...

class UploadResultRequest(_message.Message):
    __slots__ = ["data", "start"]
    class Start(_message.Message):
        __slots__ = ["digest", "expire_time", "id", "media_type", "namespace", "offset", "run_id", "size"]
        DIGEST_FIELD_NUMBER: _ClassVar[int]
        EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
        ID_FIELD_NUMBER: _ClassVar[int]
        MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        OFFSET_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        SIZE_FIELD_NUMBER: _ClassVar[int]
        digest: str
        expire_time: _timestamp_pb2.Timestamp
        id: str
        media_type: str
        namespace: str
        offset: int
        run_id: str
        size: int
        def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., run_id: _Optional[str] = ..., media_type: _Optional[str] = ..., digest: _Optional[str] = ..., size: _Optional[int] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., offset: _Optional[int] = ...) -> None: ...
    DATA_FIELD_NUMBER: _ClassVar[int]
    START_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    start: UploadResultRequest.Start
    def __init__(self, start: _Optional[_Union[UploadResultRequest.Start, _Mapping]] = ..., data: _Optional[bytes] = ...) -> None: ...

class UploadResultResponse(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: _payload_pb2.Payload
    def __init__(self, payload: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ...) -> None: ...

class CacheIsolation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

COLLISION_STRATEGY_CANCEL_NEW: CollisionStrategy
COLLISION_STRATEGY_ENQUEUE: CollisionStrategy
COLLISION_STRATEGY_UNSPECIFIED: CollisionStrategy
DESCRIPTOR: _descriptor.FileDescriptor
LEASE_MODE_CONCURRENCY: LeaseMode
LEASE_MODE_RATE: LeaseMode
LEASE_MODE_UNSPECIFIED: LeaseMode
LEASE_STATE_HELD: LeaseState
LEASE_STATE_LAPSED: LeaseState
LEASE_STATE_RELEASED: LeaseState
LEASE_STATE_RESET: LeaseState
LEASE_STATE_UNSPECIFIED: LeaseState
LEASE_STATE_WAITING: LeaseState
LIMIT_SCOPE_DEPLOYMENT: LimitScope
LIMIT_SCOPE_GLOBAL: LimitScope
LIMIT_SCOPE_POOL: LimitScope
LIMIT_SCOPE_QUEUE: LimitScope
LIMIT_SCOPE_TAG: LimitScope
LIMIT_SCOPE_UNSPECIFIED: LimitScope

class AcquireLeaseRequest(_message.Message):
    __slots__ = ["collision_strategy", "holder", "id", "limits", "mode", "namespace", "strict", "ttl", "wait"]
    COLLISION_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    STRICT_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    collision_strategy: CollisionStrategy
    holder: LeaseHolder
    id: str
    limits: _containers.RepeatedCompositeFieldContainer[LimitSlots]
    mode: LeaseMode
    namespace: str
    strict: bool
    ttl: _duration_pb2.Duration
    wait: _duration_pb2.Duration
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., limits: _Optional[_Iterable[_Union[LimitSlots, _Mapping]]] = ..., ttl: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., mode: _Optional[_Union[LeaseMode, str]] = ..., collision_strategy: _Optional[_Union[CollisionStrategy, str]] = ..., holder: _Optional[_Union[LeaseHolder, _Mapping]] = ..., strict: bool = ...) -> None: ...

class AcquireLeaseResponse(_message.Message):
    __slots__ = ["lease"]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    lease: Lease
    def __init__(self, lease: _Optional[_Union[Lease, _Mapping]] = ...) -> None: ...

class CreateLimitRequest(_message.Message):
    __slots__ = ["limit", "namespace"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    limit: Limit
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., limit: _Optional[_Union[Limit, _Mapping]] = ...) -> None: ...

class CreateLimitResponse(_message.Message):
    __slots__ = ["limit"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: Limit
    def __init__(self, limit: _Optional[_Union[Limit, _Mapping]] = ...) -> None: ...

class DeleteLimitRequest(_message.Message):
    __slots__ = ["etag", "namespace", "ref", "scope"]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    etag: str
    namespace: str
    ref: str
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteLimitResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetLimitRequest(_message.Message):
    __slots__ = ["namespace", "ref", "scope"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    ref: str
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ...) -> None: ...

class GetLimitResponse(_message.Message):
    __slots__ = ["limit"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: Limit
    def __init__(self, limit: _Optional[_Union[Limit, _Mapping]] = ...) -> None: ...

class Lease(_message.Message):
    __slots__ = ["actor", "create_time", "end_time", "expire_time", "grant_time", "holder", "holds", "id", "mode", "namespace", "place", "state", "ttl"]
    class Hold(_message.Message):
        __slots__ = ["limit_id", "name", "return_time", "scope", "slots"]
        LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
        NAME_FIELD_NUMBER: _ClassVar[int]
        RETURN_TIME_FIELD_NUMBER: _ClassVar[int]
        SCOPE_FIELD_NUMBER: _ClassVar[int]
        SLOTS_FIELD_NUMBER: _ClassVar[int]
        limit_id: str
        name: str
        return_time: _timestamp_pb2.Timestamp
        scope: LimitScope
        slots: int
        def __init__(self, limit_id: _Optional[str] = ..., name: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., slots: _Optional[int] = ..., return_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    GRANT_TIME_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    actor: str
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    expire_time: _timestamp_pb2.Timestamp
    grant_time: _timestamp_pb2.Timestamp
    holder: LeaseHolder
    holds: _containers.RepeatedCompositeFieldContainer[Lease.Hold]
    id: str
    mode: LeaseMode
    namespace: str
    place: int
    state: LeaseState
    ttl: _duration_pb2.Duration
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., state: _Optional[_Union[LeaseState, str]] = ..., holds: _Optional[_Iterable[_Union[Lease.Hold, _Mapping]]] = ..., mode: _Optional[_Union[LeaseMode, str]] = ..., holder: _Optional[_Union[LeaseHolder, _Mapping]] = ..., actor: _Optional[str] = ..., ttl: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., grant_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., place: _Optional[int] = ...) -> None: ...

class LeaseHolder(_message.Message):
    __slots__ = ["name", "run_id", "session_id"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    run_id: str
    session_id: str
    def __init__(self, name: _Optional[str] = ..., run_id: _Optional[str] = ..., session_id: _Optional[str] = ...) -> None: ...

class Limit(_message.Message):
    __slots__ = ["create_time", "created_by", "description", "disabled", "etag", "holders", "id", "name", "namespace", "scope", "slot_decay_per_second", "slots", "slots_taken", "update_time", "waiters"]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DISABLED_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    HOLDERS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    SLOTS_TAKEN_FIELD_NUMBER: _ClassVar[int]
    SLOT_DECAY_PER_SECOND_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    WAITERS_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    description: str
    disabled: bool
    etag: str
    holders: int
    id: str
    name: str
    namespace: str
    scope: LimitScope
    slot_decay_per_second: float
    slots: int
    slots_taken: int
    update_time: _timestamp_pb2.Timestamp
    waiters: int
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., slots: _Optional[int] = ..., slot_decay_per_second: _Optional[float] = ..., disabled: bool = ..., description: _Optional[str] = ..., slots_taken: _Optional[int] = ..., holders: _Optional[int] = ..., waiters: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., created_by: _Optional[str] = ...) -> None: ...

class LimitSlots(_message.Message):
    __slots__ = ["ref", "scope", "slots"]
    REF_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    ref: str
    scope: LimitScope
    slots: int
    def __init__(self, ref: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., slots: _Optional[int] = ...) -> None: ...

class ListLeasesRequest(_message.Message):
    __slots__ = ["holder", "namespace", "page_size", "page_token", "ref", "run_id", "scope"]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    holder: str
    namespace: str
    page_size: int
    page_token: str
    ref: str
    run_id: str
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., holder: _Optional[str] = ..., run_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLeasesResponse(_message.Message):
    __slots__ = ["leases", "next_page_token"]
    LEASES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    leases: _containers.RepeatedCompositeFieldContainer[Lease]
    next_page_token: str
    def __init__(self, leases: _Optional[_Iterable[_Union[Lease, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListLimitsRequest(_message.Message):
    __slots__ = ["name_prefix", "namespace", "page_size", "page_token", "scope"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    name_prefix: str
    namespace: str
    page_size: int
    page_token: str
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., name_prefix: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListLimitsResponse(_message.Message):
    __slots__ = ["limits", "next_page_token"]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    limits: _containers.RepeatedCompositeFieldContainer[Limit]
    next_page_token: str
    def __init__(self, limits: _Optional[_Iterable[_Union[Limit, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ReleaseLeaseRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class ReleaseLeaseResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class RenewLeaseRequest(_message.Message):
    __slots__ = ["id", "namespace", "ttl"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    ttl: _duration_pb2.Duration
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., ttl: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RenewLeaseResponse(_message.Message):
    __slots__ = ["expire_time"]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    expire_time: _timestamp_pb2.Timestamp
    def __init__(self, expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class ResetLimitRequest(_message.Message):
    __slots__ = ["namespace", "ref", "scope"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    ref: str
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ..., scope: _Optional[_Union[LimitScope, str]] = ...) -> None: ...

class ResetLimitResponse(_message.Message):
    __slots__ = ["ended", "limit"]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    ended: int
    limit: Limit
    def __init__(self, ended: _Optional[int] = ..., limit: _Optional[_Union[Limit, _Mapping]] = ...) -> None: ...

class UpdateLimitRequest(_message.Message):
    __slots__ = ["limit", "namespace", "update_mask"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    limit: Limit
    namespace: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, namespace: _Optional[str] = ..., limit: _Optional[_Union[Limit, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateLimitResponse(_message.Message):
    __slots__ = ["limit"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: Limit
    def __init__(self, limit: _Optional[_Union[Limit, _Mapping]] = ...) -> None: ...

class WatchLimitsRequest(_message.Message):
    __slots__ = ["name_prefix", "namespace", "refs", "scope"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_PREFIX_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    name_prefix: str
    namespace: str
    refs: _containers.RepeatedScalarFieldContainer[str]
    scope: LimitScope
    def __init__(self, namespace: _Optional[str] = ..., refs: _Optional[_Iterable[str]] = ..., scope: _Optional[_Union[LimitScope, str]] = ..., name_prefix: _Optional[str] = ...) -> None: ...

class WatchLimitsResponse(_message.Message):
    __slots__ = ["deleted_ids", "limits"]
    DELETED_IDS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    deleted_ids: _containers.RepeatedScalarFieldContainer[str]
    limits: _containers.RepeatedCompositeFieldContainer[Limit]
    def __init__(self, limits: _Optional[_Iterable[_Union[Limit, _Mapping]]] = ..., deleted_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class LimitScope(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class LeaseMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class CollisionStrategy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class LeaseState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

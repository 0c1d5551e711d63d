from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import limit_service_pb2 as _limit_service_pb2
from martlet._proto.martlet.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
RUN_KIND_FLOW: RunKind
RUN_KIND_TASK: RunKind
RUN_KIND_UNSPECIFIED: RunKind

class Dependency(_message.Message):
    __slots__ = ["parameter", "run_id"]
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    parameter: str
    run_id: str
    def __init__(self, run_id: _Optional[str] = ..., parameter: _Optional[str] = ...) -> None: ...

class LinePlace(_message.Message):
    __slots__ = ["limit", "place", "scope", "slots", "slots_taken"]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    PLACE_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    SLOTS_TAKEN_FIELD_NUMBER: _ClassVar[int]
    limit: str
    place: int
    scope: _limit_service_pb2.LimitScope
    slots: int
    slots_taken: int
    def __init__(self, limit: _Optional[str] = ..., scope: _Optional[_Union[_limit_service_pb2.LimitScope, str]] = ..., place: _Optional[int] = ..., slots: _Optional[int] = ..., slots_taken: _Optional[int] = ...) -> None: ...

class LossPolicy(_message.Message):
    __slots__ = ["action", "max_reruns"]
    class Action(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    ACTION_CRASH: LossPolicy.Action
    ACTION_FIELD_NUMBER: _ClassVar[int]
    ACTION_RERUN: LossPolicy.Action
    ACTION_UNSPECIFIED: LossPolicy.Action
    ACTION_WAIT: LossPolicy.Action
    MAX_RERUNS_FIELD_NUMBER: _ClassVar[int]
    action: LossPolicy.Action
    max_reruns: int
    def __init__(self, action: _Optional[_Union[LossPolicy.Action, str]] = ..., max_reruns: _Optional[int] = ...) -> None: ...

class RetryPolicy(_message.Message):
    __slots__ = ["delays", "exponential", "jitter", "max_retries", "mode", "retry_crashes"]
    class Mode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Exponential(_message.Message):
        __slots__ = ["factor", "first", "max"]
        FACTOR_FIELD_NUMBER: _ClassVar[int]
        FIRST_FIELD_NUMBER: _ClassVar[int]
        MAX_FIELD_NUMBER: _ClassVar[int]
        factor: float
        first: _duration_pb2.Duration
        max: _duration_pb2.Duration
        def __init__(self, first: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., factor: _Optional[float] = ..., max: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    DELAYS_FIELD_NUMBER: _ClassVar[int]
    EXPONENTIAL_FIELD_NUMBER: _ClassVar[int]
    JITTER_FIELD_NUMBER: _ClassVar[int]
    MAX_RETRIES_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    MODE_IN_PROCESS: RetryPolicy.Mode
    MODE_RESCHEDULE: RetryPolicy.Mode
    MODE_UNSPECIFIED: RetryPolicy.Mode
    RETRY_CRASHES_FIELD_NUMBER: _ClassVar[int]
    delays: _containers.RepeatedCompositeFieldContainer[_duration_pb2.Duration]
    exponential: RetryPolicy.Exponential
    jitter: float
    max_retries: int
    mode: RetryPolicy.Mode
    retry_crashes: bool
    def __init__(self, max_retries: _Optional[int] = ..., delays: _Optional[_Iterable[_Union[_duration_pb2.Duration, _Mapping]]] = ..., exponential: _Optional[_Union[RetryPolicy.Exponential, _Mapping]] = ..., jitter: _Optional[float] = ..., mode: _Optional[_Union[RetryPolicy.Mode, str]] = ..., retry_crashes: bool = ...) -> None: ...

class Run(_message.Message):
    __slots__ = ["attempt", "backfill_id", "created_by", "definition", "definition_version", "dependencies", "deployment_id", "deployment_version", "epoch", "etag", "execution_id", "id", "imported_by", "job_variables", "kind", "labels", "limits", "loss", "name", "namespace", "parameters", "parent_id", "pauses", "pool", "queue", "retry", "revision", "root_id", "schedule_id", "schedule_time", "seq", "session_id", "state", "tags", "timeout", "times", "trace_parent", "worker"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    BACKFILL_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_VERSION_FIELD_NUMBER: _ClassVar[int]
    DEPENDENCIES_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_VERSION_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    IMPORTED_BY_FIELD_NUMBER: _ClassVar[int]
    JOB_VARIABLES_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    PAUSES_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ROOT_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_ID_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    TRACE_PARENT_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    backfill_id: str
    created_by: str
    definition: str
    definition_version: str
    dependencies: _containers.RepeatedCompositeFieldContainer[Dependency]
    deployment_id: str
    deployment_version: int
    epoch: int
    etag: str
    execution_id: str
    id: str
    imported_by: str
    job_variables: _struct_pb2.Struct
    kind: RunKind
    labels: _containers.ScalarMap[str, str]
    limits: _containers.RepeatedCompositeFieldContainer[RunLimit]
    loss: LossPolicy
    name: str
    namespace: str
    parameters: _struct_pb2.Struct
    parent_id: str
    pauses: _containers.RepeatedCompositeFieldContainer[RunPause]
    pool: str
    queue: str
    retry: RetryPolicy
    revision: int
    root_id: str
    schedule_id: str
    schedule_time: _timestamp_pb2.Timestamp
    seq: int
    session_id: str
    state: _state_pb2.State
    tags: _containers.RepeatedScalarFieldContainer[str]
    timeout: _duration_pb2.Duration
    times: Times
    trace_parent: str
    worker: str
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., kind: _Optional[_Union[RunKind, str]] = ..., name: _Optional[str] = ..., definition: _Optional[str] = ..., definition_version: _Optional[str] = ..., parent_id: _Optional[str] = ..., root_id: _Optional[str] = ..., deployment_id: _Optional[str] = ..., deployment_version: _Optional[int] = ..., state: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., epoch: _Optional[int] = ..., seq: _Optional[int] = ..., attempt: _Optional[int] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., dependencies: _Optional[_Iterable[_Union[Dependency, _Mapping]]] = ..., labels: _Optional[_Mapping[str, str]] = ..., tags: _Optional[_Iterable[str]] = ..., retry: _Optional[_Union[RetryPolicy, _Mapping]] = ..., timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., created_by: _Optional[str] = ..., times: _Optional[_Union[Times, _Mapping]] = ..., trace_parent: _Optional[str] = ..., etag: _Optional[str] = ..., revision: _Optional[int] = ..., execution_id: _Optional[str] = ..., session_id: _Optional[str] = ..., loss: _Optional[_Union[LossPolicy, _Mapping]] = ..., pauses: _Optional[_Iterable[_Union[RunPause, _Mapping]]] = ..., limits: _Optional[_Iterable[_Union[RunLimit, _Mapping]]] = ..., pool: _Optional[str] = ..., queue: _Optional[str] = ..., schedule_id: _Optional[str] = ..., schedule_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., backfill_id: _Optional[str] = ..., job_variables: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., worker: _Optional[str] = ..., imported_by: _Optional[str] = ...) -> None: ...

class RunLimit(_message.Message):
    __slots__ = ["collision_strategy", "name", "scope", "slots"]
    COLLISION_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    SLOTS_FIELD_NUMBER: _ClassVar[int]
    collision_strategy: _limit_service_pb2.CollisionStrategy
    name: str
    scope: _limit_service_pb2.LimitScope
    slots: int
    def __init__(self, name: _Optional[str] = ..., scope: _Optional[_Union[_limit_service_pb2.LimitScope, str]] = ..., slots: _Optional[int] = ..., collision_strategy: _Optional[_Union[_limit_service_pb2.CollisionStrategy, str]] = ...) -> None: ...

class RunPause(_message.Message):
    __slots__ = ["input", "input_schema", "key"]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    INPUT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    input: _struct_pb2.Value
    input_schema: _struct_pb2.Struct
    key: str
    def __init__(self, key: _Optional[str] = ..., input_schema: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., input: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class Times(_message.Message):
    __slots__ = ["create_time", "end_time", "expected_time", "running_time", "start_time"]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_TIME_FIELD_NUMBER: _ClassVar[int]
    RUNNING_TIME_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    end_time: _timestamp_pb2.Timestamp
    expected_time: _timestamp_pb2.Timestamp
    running_time: _duration_pb2.Duration
    start_time: _timestamp_pb2.Timestamp
    def __init__(self, create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., expected_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., running_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Transition(_message.Message):
    __slots__ = ["actor", "epoch", "execution_id", "reason", "revision", "rule", "run_id", "seq", "to", "verdict"]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    RULE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    actor: str
    epoch: int
    execution_id: str
    reason: str
    revision: int
    rule: str
    run_id: str
    seq: int
    to: _state_pb2.State
    verdict: Verdict.Code
    def __init__(self, run_id: _Optional[str] = ..., revision: _Optional[int] = ..., epoch: _Optional[int] = ..., execution_id: _Optional[str] = ..., to: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., rule: _Optional[str] = ..., actor: _Optional[str] = ..., seq: _Optional[int] = ..., verdict: _Optional[_Union[Verdict.Code, str]] = ..., reason: _Optional[str] = ..., **kwargs) -> None: ...

class Verdict(_message.Message):
    __slots__ = ["code", "duplicate", "epoch", "line", "reason", "revision", "state", "wait"]
    class Code(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CODE_ACCEPTED: Verdict.Code
    CODE_FENCED: Verdict.Code
    CODE_FIELD_NUMBER: _ClassVar[int]
    CODE_REFUSED: Verdict.Code
    CODE_REPLACED: Verdict.Code
    CODE_UNSPECIFIED: Verdict.Code
    CODE_WAIT: Verdict.Code
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    code: Verdict.Code
    duplicate: bool
    epoch: int
    line: LinePlace
    reason: str
    revision: int
    state: _state_pb2.State
    wait: _duration_pb2.Duration
    def __init__(self, code: _Optional[_Union[Verdict.Code, str]] = ..., state: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., reason: _Optional[str] = ..., duplicate: bool = ..., epoch: _Optional[int] = ..., revision: _Optional[int] = ..., line: _Optional[_Union[LinePlace, _Mapping]] = ...) -> None: ...

class RunKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import failure_pb2 as _failure_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from martlet._proto.martlet.v1 import run_explanation_pb2 as _run_explanation_pb2
from martlet._proto.martlet.v1 import run_graph_pb2 as _run_graph_pb2
from martlet._proto.martlet.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchCreateRunsRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "queue", "runs"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    queue: str
    runs: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    def __init__(self, namespace: _Optional[str] = ..., runs: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ..., deployment: _Optional[str] = ..., queue: _Optional[str] = ...) -> None: ...

class BatchCreateRunsResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[CreateRunResult]
    def __init__(self, results: _Optional[_Iterable[_Union[CreateRunResult, _Mapping]]] = ...) -> None: ...

class BatchDeleteRunsRequest(_message.Message):
    __slots__ = ["ids", "namespace"]
    IDS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ...) -> None: ...

class BatchDeleteRunsResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[DeleteRunResult]
    def __init__(self, results: _Optional[_Iterable[_Union[DeleteRunResult, _Mapping]]] = ...) -> None: ...

class CancelRunRequest(_message.Message):
    __slots__ = ["grace", "id", "message", "namespace"]
    GRACE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    grace: _duration_pb2.Duration
    id: str
    message: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., message: _Optional[str] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CancelRunResponse(_message.Message):
    __slots__ = ["run", "verdict"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    verdict: _run_pb2.Verdict
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ...) -> None: ...

class CountRunsRequest(_message.Message):
    __slots__ = ["bucket", "bucket_start", "filter", "group_by", "namespace", "with_times"]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    BUCKET_START_FIELD_NUMBER: _ClassVar[int]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    GROUP_BY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    WITH_TIMES_FIELD_NUMBER: _ClassVar[int]
    bucket: _duration_pb2.Duration
    bucket_start: _timestamp_pb2.Timestamp
    filter: str
    group_by: _containers.RepeatedScalarFieldContainer[str]
    namespace: str
    with_times: bool
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[str] = ..., group_by: _Optional[_Iterable[str]] = ..., bucket: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., bucket_start: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., with_times: bool = ...) -> None: ...

class CountRunsResponse(_message.Message):
    __slots__ = ["bounded", "groups", "total"]
    class Group(_message.Message):
        __slots__ = ["count", "lateness", "running_time", "values"]
        COUNT_FIELD_NUMBER: _ClassVar[int]
        LATENESS_FIELD_NUMBER: _ClassVar[int]
        RUNNING_TIME_FIELD_NUMBER: _ClassVar[int]
        VALUES_FIELD_NUMBER: _ClassVar[int]
        count: int
        lateness: _duration_pb2.Duration
        running_time: _duration_pb2.Duration
        values: _containers.RepeatedScalarFieldContainer[str]
        def __init__(self, values: _Optional[_Iterable[str]] = ..., count: _Optional[int] = ..., running_time: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., lateness: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    BOUNDED_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    bounded: bool
    groups: _containers.RepeatedCompositeFieldContainer[CountRunsResponse.Group]
    total: int
    def __init__(self, groups: _Optional[_Iterable[_Union[CountRunsResponse.Group, _Mapping]]] = ..., total: _Optional[int] = ..., bounded: bool = ...) -> None: ...

class CreateRunRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "queue", "run"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    queue: str
    run: _run_pb2.Run
    def __init__(self, namespace: _Optional[str] = ..., run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., deployment: _Optional[str] = ..., queue: _Optional[str] = ...) -> None: ...

class CreateRunResponse(_message.Message):
    __slots__ = ["duplicate", "run"]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class CreateRunResult(_message.Message):
    __slots__ = ["duplicate", "error", "run"]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    error: ReportError
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., error: _Optional[_Union[ReportError, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class DeleteRunRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class DeleteRunResponse(_message.Message):
    __slots__ = ["deleted", "pending"]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    deleted: int
    pending: bool
    def __init__(self, deleted: _Optional[int] = ..., pending: bool = ...) -> None: ...

class DeleteRunResult(_message.Message):
    __slots__ = ["deletion", "error"]
    DELETION_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    deletion: DeleteRunResponse
    error: ReportError
    def __init__(self, deletion: _Optional[_Union[DeleteRunResponse, _Mapping]] = ..., error: _Optional[_Union[ReportError, _Mapping]] = ...) -> None: ...

class GetRunRequest(_message.Message):
    __slots__ = ["id", "namespace", "read_mask"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    read_mask: _field_mask_pb2.FieldMask
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class GetRunResponse(_message.Message):
    __slots__ = ["failure", "run"]
    FAILURE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    failure: _failure_pb2.RunFailure
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., failure: _Optional[_Union[_failure_pb2.RunFailure, _Mapping]] = ...) -> None: ...

class ImportRunRequest(_message.Message):
    __slots__ = ["history", "namespace"]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    history: RunHistory
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., history: _Optional[_Union[RunHistory, _Mapping]] = ...) -> None: ...

class ImportRunResponse(_message.Message):
    __slots__ = ["duplicate"]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    def __init__(self, duplicate: bool = ...) -> None: ...

class ImportRunResult(_message.Message):
    __slots__ = ["duplicate", "error"]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    duplicate: bool
    error: ReportError
    def __init__(self, error: _Optional[_Union[ReportError, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class ImportRunsRequest(_message.Message):
    __slots__ = ["histories", "namespace"]
    HISTORIES_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    histories: _containers.RepeatedCompositeFieldContainer[RunHistory]
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., histories: _Optional[_Iterable[_Union[RunHistory, _Mapping]]] = ...) -> None: ...

class ImportRunsResponse(_message.Message):
    __slots__ = ["results"]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[ImportRunResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ImportRunResult, _Mapping]]] = ...) -> None: ...

class ListRunsRequest(_message.Message):
    __slots__ = ["filter", "namespace", "order_by", "page_size", "page_token", "read_mask", "resume_token", "wait"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_BY_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    READ_MASK_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    filter: str
    namespace: str
    order_by: str
    page_size: int
    page_token: str
    read_mask: _field_mask_pb2.FieldMask
    resume_token: str
    wait: _duration_pb2.Duration
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[str] = ..., order_by: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., read_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., resume_token: _Optional[str] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class ListRunsResponse(_message.Message):
    __slots__ = ["next_page_token", "removed_ids", "resume_token", "runs"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REMOVED_IDS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    removed_ids: _containers.RepeatedScalarFieldContainer[str]
    resume_token: str
    runs: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    def __init__(self, runs: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., resume_token: _Optional[str] = ..., removed_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ListTransitionsRequest(_message.Message):
    __slots__ = ["namespace", "page_size", "page_token", "run_id"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    page_size: int
    page_token: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListTransitionsResponse(_message.Message):
    __slots__ = ["next_page_token", "transitions"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    transitions: _containers.RepeatedCompositeFieldContainer[_run_pb2.Transition]
    def __init__(self, transitions: _Optional[_Iterable[_Union[_run_pb2.Transition, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PauseRunRequest(_message.Message):
    __slots__ = ["id", "max_wait", "message", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    MAX_WAIT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    max_wait: _duration_pb2.Duration
    message: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., message: _Optional[str] = ..., max_wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class PauseRunResponse(_message.Message):
    __slots__ = ["run", "verdict"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    verdict: _run_pb2.Verdict
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ...) -> None: ...

class ReportError(_message.Message):
    __slots__ = ["code", "field", "message", "reason"]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    code: int
    field: str
    message: str
    reason: str
    def __init__(self, code: _Optional[int] = ..., reason: _Optional[str] = ..., message: _Optional[str] = ..., field: _Optional[str] = ...) -> None: ...

class ResumeRunRequest(_message.Message):
    __slots__ = ["id", "input", "message", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    input: _struct_pb2.Value
    message: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., message: _Optional[str] = ..., input: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ...) -> None: ...

class ResumeRunResponse(_message.Message):
    __slots__ = ["run", "verdict"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    verdict: _run_pb2.Verdict
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ...) -> None: ...

class RetryRunRequest(_message.Message):
    __slots__ = ["force", "id", "message", "namespace"]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    force: bool
    id: str
    message: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., message: _Optional[str] = ..., force: bool = ...) -> None: ...

class RetryRunResponse(_message.Message):
    __slots__ = ["run", "verdict"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    verdict: _run_pb2.Verdict
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ...) -> None: ...

class RunHistory(_message.Message):
    __slots__ = ["run", "transitions"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    TRANSITIONS_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    transitions: _containers.RepeatedCompositeFieldContainer[_run_pb2.Transition]
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., transitions: _Optional[_Iterable[_Union[_run_pb2.Transition, _Mapping]]] = ...) -> None: ...

class SetRunStateRequest(_message.Message):
    __slots__ = ["force", "id", "namespace", "state"]
    FORCE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    force: bool
    id: str
    namespace: str
    state: _state_pb2.State
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., state: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., force: bool = ...) -> None: ...

class SetRunStateResponse(_message.Message):
    __slots__ = ["run", "verdict"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    verdict: _run_pb2.Verdict
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ...) -> None: ...

class UpdateRunRequest(_message.Message):
    __slots__ = ["namespace", "run", "update_mask"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    run: _run_pb2.Run
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, namespace: _Optional[str] = ..., run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateRunResponse(_message.Message):
    __slots__ = ["run"]
    RUN_FIELD_NUMBER: _ClassVar[int]
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ...) -> None: ...

class WatchRunsRequest(_message.Message):
    __slots__ = ["filter", "initial", "namespace", "resume_token", "run_ids", "until_ended"]
    class Initial(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INITIAL_FIELD_NUMBER: _ClassVar[int]
    INITIAL_NONE: WatchRunsRequest.Initial
    INITIAL_SNAPSHOT: WatchRunsRequest.Initial
    INITIAL_UNSPECIFIED: WatchRunsRequest.Initial
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_IDS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_ENDED_FIELD_NUMBER: _ClassVar[int]
    filter: str
    initial: WatchRunsRequest.Initial
    namespace: str
    resume_token: str
    run_ids: _containers.RepeatedScalarFieldContainer[str]
    until_ended: bool
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[str] = ..., run_ids: _Optional[_Iterable[str]] = ..., resume_token: _Optional[str] = ..., initial: _Optional[_Union[WatchRunsRequest.Initial, str]] = ..., until_ended: bool = ...) -> None: ...

class WatchRunsResponse(_message.Message):
    __slots__ = ["changes", "resume_token", "time"]
    class Change(_message.Message):
        __slots__ = ["removed", "run", "transition"]
        REMOVED_FIELD_NUMBER: _ClassVar[int]
        RUN_FIELD_NUMBER: _ClassVar[int]
        TRANSITION_FIELD_NUMBER: _ClassVar[int]
        removed: bool
        run: _run_pb2.Run
        transition: _run_pb2.Transition
        def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., transition: _Optional[_Union[_run_pb2.Transition, _Mapping]] = ..., removed: bool = ...) -> None: ...
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    changes: _containers.RepeatedCompositeFieldContainer[WatchRunsResponse.Change]
    resume_token: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, changes: _Optional[_Iterable[_Union[WatchRunsResponse.Change, _Mapping]]] = ..., resume_token: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

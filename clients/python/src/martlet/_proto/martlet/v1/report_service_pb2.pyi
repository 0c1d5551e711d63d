from google.protobuf import duration_pb2 as _duration_pb2
from martlet._proto.martlet.v1 import artifact_service_pb2 as _artifact_service_pb2
from martlet._proto.martlet.v1 import log_service_pb2 as _log_service_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from martlet._proto.martlet.v1 import run_service_pb2 as _run_service_pb2
from martlet._proto.martlet.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class BatchReportRequest(_message.Message):
    __slots__ = ["namespace", "reports", "session"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    reports: _containers.RepeatedCompositeFieldContainer[RunReport]
    session: Session
    def __init__(self, namespace: _Optional[str] = ..., session: _Optional[_Union[Session, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[RunReport, _Mapping]]] = ...) -> None: ...

class BatchReportResponse(_message.Message):
    __slots__ = ["directives", "results"]
    DIRECTIVES_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    directives: _containers.RepeatedCompositeFieldContainer[Directive]
    results: _containers.RepeatedCompositeFieldContainer[ReportResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ReportResult, _Mapping]]] = ..., directives: _Optional[_Iterable[_Union[Directive, _Mapping]]] = ...) -> None: ...

class Directive(_message.Message):
    __slots__ = ["ask_again", "cancel", "pause", "slow_down"]
    class AskAgain(_message.Message):
        __slots__ = ["run_id"]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        run_id: str
        def __init__(self, run_id: _Optional[str] = ...) -> None: ...
    class CancelRun(_message.Message):
        __slots__ = ["grace", "message", "run_id"]
        GRACE_FIELD_NUMBER: _ClassVar[int]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        grace: _duration_pb2.Duration
        message: str
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., message: _Optional[str] = ...) -> None: ...
    class PauseRun(_message.Message):
        __slots__ = ["message", "run_id"]
        MESSAGE_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        message: str
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
    class SlowDown(_message.Message):
        __slots__ = ["wait"]
        WAIT_FIELD_NUMBER: _ClassVar[int]
        wait: _duration_pb2.Duration
        def __init__(self, wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    ASK_AGAIN_FIELD_NUMBER: _ClassVar[int]
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    SLOW_DOWN_FIELD_NUMBER: _ClassVar[int]
    ask_again: Directive.AskAgain
    cancel: Directive.CancelRun
    pause: Directive.PauseRun
    slow_down: Directive.SlowDown
    def __init__(self, cancel: _Optional[_Union[Directive.CancelRun, _Mapping]] = ..., slow_down: _Optional[_Union[Directive.SlowDown, _Mapping]] = ..., ask_again: _Optional[_Union[Directive.AskAgain, _Mapping]] = ..., pause: _Optional[_Union[Directive.PauseRun, _Mapping]] = ...) -> None: ...

class ReportRequest(_message.Message):
    __slots__ = ["namespace", "reports", "session"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    reports: _containers.RepeatedCompositeFieldContainer[RunReport]
    session: Session
    def __init__(self, namespace: _Optional[str] = ..., session: _Optional[_Union[Session, _Mapping]] = ..., reports: _Optional[_Iterable[_Union[RunReport, _Mapping]]] = ...) -> None: ...

class ReportResponse(_message.Message):
    __slots__ = ["directives", "results"]
    DIRECTIVES_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    directives: _containers.RepeatedCompositeFieldContainer[Directive]
    results: _containers.RepeatedCompositeFieldContainer[ReportResult]
    def __init__(self, results: _Optional[_Iterable[_Union[ReportResult, _Mapping]]] = ..., directives: _Optional[_Iterable[_Union[Directive, _Mapping]]] = ...) -> None: ...

class ReportResult(_message.Message):
    __slots__ = ["error", "run_id", "seq", "verdict"]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    error: _run_service_pb2.ReportError
    run_id: str
    seq: int
    verdict: _run_pb2.Verdict
    def __init__(self, run_id: _Optional[str] = ..., seq: _Optional[int] = ..., verdict: _Optional[_Union[_run_pb2.Verdict, _Mapping]] = ..., error: _Optional[_Union[_run_service_pb2.ReportError, _Mapping]] = ...) -> None: ...

class RunReport(_message.Message):
    __slots__ = ["artifact", "create", "epoch", "execution_id", "log", "propose", "run_id", "seq", "tell"]
    ARTIFACT_FIELD_NUMBER: _ClassVar[int]
    CREATE_FIELD_NUMBER: _ClassVar[int]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXECUTION_ID_FIELD_NUMBER: _ClassVar[int]
    LOG_FIELD_NUMBER: _ClassVar[int]
    PROPOSE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SEQ_FIELD_NUMBER: _ClassVar[int]
    TELL_FIELD_NUMBER: _ClassVar[int]
    artifact: _artifact_service_pb2.Artifact
    create: _run_pb2.Run
    epoch: int
    execution_id: str
    log: _log_service_pb2.LogEntry
    propose: _state_pb2.State
    run_id: str
    seq: int
    tell: Tale
    def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ..., execution_id: _Optional[str] = ..., seq: _Optional[int] = ..., create: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., propose: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., artifact: _Optional[_Union[_artifact_service_pb2.Artifact, _Mapping]] = ..., log: _Optional[_Union[_log_service_pb2.LogEntry, _Mapping]] = ..., tell: _Optional[_Union[Tale, _Mapping]] = ...) -> None: ...

class Session(_message.Message):
    __slots__ = ["holder", "id", "lease"]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LEASE_FIELD_NUMBER: _ClassVar[int]
    holder: str
    id: str
    lease: _duration_pb2.Duration
    def __init__(self, id: _Optional[str] = ..., lease: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., holder: _Optional[str] = ...) -> None: ...

class Tale(_message.Message):
    __slots__ = ["id", "run", "state"]
    ID_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    run: _run_pb2.Run
    state: _state_pb2.State
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[_state_pb2.State, _Mapping]] = ..., run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ...) -> None: ...

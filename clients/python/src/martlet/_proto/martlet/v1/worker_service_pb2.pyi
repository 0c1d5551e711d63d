from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import deployment_service_pb2 as _deployment_service_pb2
from martlet._proto.martlet.v1 import report_service_pb2 as _report_service_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ConnectRequest(_message.Message):
    __slots__ = ["accept", "alive", "credit", "decline", "draining", "exited", "goodbye", "hello"]
    class Accept(_message.Message):
        __slots__ = ["epoch", "run_id"]
        EPOCH_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        epoch: int
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...
    class Alive(_message.Message):
        __slots__ = []
        def __init__(self) -> None: ...
    class Credit(_message.Message):
        __slots__ = ["runs"]
        RUNS_FIELD_NUMBER: _ClassVar[int]
        runs: int
        def __init__(self, runs: _Optional[int] = ...) -> None: ...
    class Decline(_message.Message):
        __slots__ = ["epoch", "reason", "run_id"]
        EPOCH_FIELD_NUMBER: _ClassVar[int]
        REASON_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        epoch: int
        reason: str
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ..., reason: _Optional[str] = ...) -> None: ...
    class Draining(_message.Message):
        __slots__ = []
        def __init__(self) -> None: ...
    class Goodbye(_message.Message):
        __slots__ = []
        def __init__(self) -> None: ...
    class Hello(_message.Message):
        __slots__ = ["held", "namespace", "worker"]
        HELD_FIELD_NUMBER: _ClassVar[int]
        NAMESPACE_FIELD_NUMBER: _ClassVar[int]
        WORKER_FIELD_NUMBER: _ClassVar[int]
        held: _containers.RepeatedCompositeFieldContainer[HeldRun]
        namespace: str
        worker: WorkerIdentity
        def __init__(self, namespace: _Optional[str] = ..., worker: _Optional[_Union[WorkerIdentity, _Mapping]] = ..., held: _Optional[_Iterable[_Union[HeldRun, _Mapping]]] = ...) -> None: ...
    ACCEPT_FIELD_NUMBER: _ClassVar[int]
    ALIVE_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    DECLINE_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    EXITED_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    HELLO_FIELD_NUMBER: _ClassVar[int]
    accept: ConnectRequest.Accept
    alive: ConnectRequest.Alive
    credit: ConnectRequest.Credit
    decline: ConnectRequest.Decline
    draining: ConnectRequest.Draining
    exited: Exited
    goodbye: ConnectRequest.Goodbye
    hello: ConnectRequest.Hello
    def __init__(self, hello: _Optional[_Union[ConnectRequest.Hello, _Mapping]] = ..., credit: _Optional[_Union[ConnectRequest.Credit, _Mapping]] = ..., accept: _Optional[_Union[ConnectRequest.Accept, _Mapping]] = ..., decline: _Optional[_Union[ConnectRequest.Decline, _Mapping]] = ..., exited: _Optional[_Union[Exited, _Mapping]] = ..., alive: _Optional[_Union[ConnectRequest.Alive, _Mapping]] = ..., goodbye: _Optional[_Union[ConnectRequest.Goodbye, _Mapping]] = ..., draining: _Optional[_Union[ConnectRequest.Draining, _Mapping]] = ...) -> None: ...

class ConnectResponse(_message.Message):
    __slots__ = ["cancel", "drain", "offer", "revoke", "welcome"]
    class Cancel(_message.Message):
        __slots__ = ["epoch", "grace", "run_id"]
        EPOCH_FIELD_NUMBER: _ClassVar[int]
        GRACE_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        epoch: int
        grace: _duration_pb2.Duration
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...
    class Drain(_message.Message):
        __slots__ = []
        def __init__(self) -> None: ...
    class Revoke(_message.Message):
        __slots__ = ["epoch", "run_id"]
        EPOCH_FIELD_NUMBER: _ClassVar[int]
        RUN_ID_FIELD_NUMBER: _ClassVar[int]
        epoch: int
        run_id: str
        def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...
    class Welcome(_message.Message):
        __slots__ = ["lease", "server_time", "worker_id"]
        LEASE_FIELD_NUMBER: _ClassVar[int]
        SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
        WORKER_ID_FIELD_NUMBER: _ClassVar[int]
        lease: _duration_pb2.Duration
        server_time: _timestamp_pb2.Timestamp
        worker_id: str
        def __init__(self, worker_id: _Optional[str] = ..., lease: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., server_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
    CANCEL_FIELD_NUMBER: _ClassVar[int]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    OFFER_FIELD_NUMBER: _ClassVar[int]
    REVOKE_FIELD_NUMBER: _ClassVar[int]
    WELCOME_FIELD_NUMBER: _ClassVar[int]
    cancel: ConnectResponse.Cancel
    drain: ConnectResponse.Drain
    offer: Offer
    revoke: ConnectResponse.Revoke
    welcome: ConnectResponse.Welcome
    def __init__(self, welcome: _Optional[_Union[ConnectResponse.Welcome, _Mapping]] = ..., offer: _Optional[_Union[Offer, _Mapping]] = ..., cancel: _Optional[_Union[ConnectResponse.Cancel, _Mapping]] = ..., drain: _Optional[_Union[ConnectResponse.Drain, _Mapping]] = ..., revoke: _Optional[_Union[ConnectResponse.Revoke, _Mapping]] = ...) -> None: ...

class DeleteWorkerRequest(_message.Message):
    __slots__ = ["name", "namespace", "pool"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    name: str
    namespace: str
    pool: str
    def __init__(self, namespace: _Optional[str] = ..., pool: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class DeleteWorkerResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DrainWorkerRequest(_message.Message):
    __slots__ = ["name", "namespace", "pool"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    name: str
    namespace: str
    pool: str
    def __init__(self, namespace: _Optional[str] = ..., pool: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class DrainWorkerResponse(_message.Message):
    __slots__ = ["worker"]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    worker: Worker
    def __init__(self, worker: _Optional[_Union[Worker, _Mapping]] = ...) -> None: ...

class Exited(_message.Message):
    __slots__ = ["epoch", "exit_code", "message", "run_id", "session_id", "signal"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    exit_code: int
    message: str
    run_id: str
    session_id: str
    signal: int
    def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ..., session_id: _Optional[str] = ..., exit_code: _Optional[int] = ..., signal: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class HeartbeatWorkerRequest(_message.Message):
    __slots__ = ["exited", "goodbye", "held", "namespace", "worker"]
    EXITED_FIELD_NUMBER: _ClassVar[int]
    GOODBYE_FIELD_NUMBER: _ClassVar[int]
    HELD_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    exited: _containers.RepeatedCompositeFieldContainer[Exited]
    goodbye: bool
    held: _containers.RepeatedCompositeFieldContainer[HeldRun]
    namespace: str
    worker: WorkerIdentity
    def __init__(self, namespace: _Optional[str] = ..., worker: _Optional[_Union[WorkerIdentity, _Mapping]] = ..., exited: _Optional[_Iterable[_Union[Exited, _Mapping]]] = ..., held: _Optional[_Iterable[_Union[HeldRun, _Mapping]]] = ..., goodbye: bool = ...) -> None: ...

class HeartbeatWorkerResponse(_message.Message):
    __slots__ = ["drain", "revoked"]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    REVOKED_FIELD_NUMBER: _ClassVar[int]
    drain: bool
    revoked: _containers.RepeatedCompositeFieldContainer[HeldRun]
    def __init__(self, revoked: _Optional[_Iterable[_Union[HeldRun, _Mapping]]] = ..., drain: bool = ...) -> None: ...

class HeldRun(_message.Message):
    __slots__ = ["epoch", "run_id"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    run_id: str
    def __init__(self, run_id: _Optional[str] = ..., epoch: _Optional[int] = ...) -> None: ...

class LaunchSpec(_message.Message):
    __slots__ = ["job", "process"]
    JOB_FIELD_NUMBER: _ClassVar[int]
    PROCESS_FIELD_NUMBER: _ClassVar[int]
    job: _struct_pb2.Struct
    process: ProcessLaunch
    def __init__(self, process: _Optional[_Union[ProcessLaunch, _Mapping]] = ..., job: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class ListReadyRunsRequest(_message.Message):
    __slots__ = ["deployments", "limit", "namespace", "pool", "queues", "worker_labels"]
    class WorkerLabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    WORKER_LABELS_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedScalarFieldContainer[str]
    limit: int
    namespace: str
    pool: str
    queues: _containers.RepeatedScalarFieldContainer[str]
    worker_labels: _containers.ScalarMap[str, str]
    def __init__(self, namespace: _Optional[str] = ..., pool: _Optional[str] = ..., queues: _Optional[_Iterable[str]] = ..., deployments: _Optional[_Iterable[str]] = ..., worker_labels: _Optional[_Mapping[str, str]] = ..., limit: _Optional[int] = ...) -> None: ...

class ListReadyRunsResponse(_message.Message):
    __slots__ = ["runs"]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    runs: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    def __init__(self, runs: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ...) -> None: ...

class ListWorkersRequest(_message.Message):
    __slots__ = ["include_offline", "namespace", "page_size", "page_token", "pool"]
    INCLUDE_OFFLINE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    include_offline: bool
    namespace: str
    page_size: int
    page_token: str
    pool: str
    def __init__(self, namespace: _Optional[str] = ..., pool: _Optional[str] = ..., include_offline: bool = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListWorkersResponse(_message.Message):
    __slots__ = ["next_page_token", "workers"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WORKERS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    workers: _containers.RepeatedCompositeFieldContainer[Worker]
    def __init__(self, workers: _Optional[_Iterable[_Union[Worker, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class Offer(_message.Message):
    __slots__ = ["epoch", "expire_time", "launch", "run"]
    EPOCH_FIELD_NUMBER: _ClassVar[int]
    EXPIRE_TIME_FIELD_NUMBER: _ClassVar[int]
    LAUNCH_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    epoch: int
    expire_time: _timestamp_pb2.Timestamp
    launch: LaunchSpec
    run: _run_pb2.Run
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., epoch: _Optional[int] = ..., launch: _Optional[_Union[LaunchSpec, _Mapping]] = ..., expire_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class PollWorkRequest(_message.Message):
    __slots__ = ["max_runs", "namespace", "wait", "worker"]
    MAX_RUNS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    WAIT_FIELD_NUMBER: _ClassVar[int]
    WORKER_FIELD_NUMBER: _ClassVar[int]
    max_runs: int
    namespace: str
    wait: _duration_pb2.Duration
    worker: WorkerIdentity
    def __init__(self, namespace: _Optional[str] = ..., worker: _Optional[_Union[WorkerIdentity, _Mapping]] = ..., max_runs: _Optional[int] = ..., wait: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class PollWorkResponse(_message.Message):
    __slots__ = ["drain", "offers"]
    DRAIN_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    drain: bool
    offers: _containers.RepeatedCompositeFieldContainer[Offer]
    def __init__(self, offers: _Optional[_Iterable[_Union[Offer, _Mapping]]] = ..., drain: bool = ...) -> None: ...

class ProcessLaunch(_message.Message):
    __slots__ = ["command", "entrypoint", "environment", "grace", "output_limit", "pull_steps", "stream_output", "working_directory"]
    class EnvironmentEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ENTRYPOINT_FIELD_NUMBER: _ClassVar[int]
    ENVIRONMENT_FIELD_NUMBER: _ClassVar[int]
    GRACE_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_LIMIT_FIELD_NUMBER: _ClassVar[int]
    PULL_STEPS_FIELD_NUMBER: _ClassVar[int]
    STREAM_OUTPUT_FIELD_NUMBER: _ClassVar[int]
    WORKING_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    command: _containers.RepeatedScalarFieldContainer[str]
    entrypoint: str
    environment: _containers.ScalarMap[str, str]
    grace: _duration_pb2.Duration
    output_limit: int
    pull_steps: _containers.RepeatedCompositeFieldContainer[_deployment_service_pb2.PullStep]
    stream_output: bool
    working_directory: str
    def __init__(self, command: _Optional[_Iterable[str]] = ..., entrypoint: _Optional[str] = ..., pull_steps: _Optional[_Iterable[_Union[_deployment_service_pb2.PullStep, _Mapping]]] = ..., environment: _Optional[_Mapping[str, str]] = ..., working_directory: _Optional[str] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., output_limit: _Optional[int] = ..., stream_output: bool = ...) -> None: ...

class Worker(_message.Message):
    __slots__ = ["create_time", "credit", "draining", "id", "identity", "last_seen_time", "namespace", "online", "runs"]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CREDIT_FIELD_NUMBER: _ClassVar[int]
    DRAINING_FIELD_NUMBER: _ClassVar[int]
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LAST_SEEN_TIME_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    credit: int
    draining: bool
    id: str
    identity: WorkerIdentity
    last_seen_time: _timestamp_pb2.Timestamp
    namespace: str
    online: bool
    runs: int
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., identity: _Optional[_Union[WorkerIdentity, _Mapping]] = ..., online: bool = ..., draining: bool = ..., runs: _Optional[int] = ..., credit: _Optional[int] = ..., last_seen_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class WorkerIdentity(_message.Message):
    __slots__ = ["deployments", "host", "labels", "name", "pool", "queues", "session", "type", "version"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedScalarFieldContainer[str]
    host: str
    labels: _containers.ScalarMap[str, str]
    name: str
    pool: str
    queues: _containers.RepeatedScalarFieldContainer[str]
    session: _report_service_pb2.Session
    type: str
    version: str
    def __init__(self, pool: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[str] = ..., version: _Optional[str] = ..., host: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., queues: _Optional[_Iterable[str]] = ..., deployments: _Optional[_Iterable[str]] = ..., session: _Optional[_Union[_report_service_pb2.Session, _Mapping]] = ...) -> None: ...

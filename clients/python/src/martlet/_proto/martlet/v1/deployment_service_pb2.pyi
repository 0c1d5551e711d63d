from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import limit_service_pb2 as _limit_service_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from martlet._proto.martlet.v1 import schedule_pb2 as _schedule_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BACKFILL_STATE_ACTIVE: BackfillState
BACKFILL_STATE_CANCELLED: BackfillState
BACKFILL_STATE_DONE: BackfillState
BACKFILL_STATE_UNSPECIFIED: BackfillState
DESCRIPTOR: _descriptor.FileDescriptor

class ApplyDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "validate_only"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    namespace: str
    validate_only: bool
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[_Union[Deployment, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class ApplyDeploymentResponse(_message.Message):
    __slots__ = ["changed_fields", "created", "deployment"]
    CHANGED_FIELDS_FIELD_NUMBER: _ClassVar[int]
    CREATED_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    changed_fields: _containers.RepeatedScalarFieldContainer[str]
    created: bool
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ..., created: bool = ..., changed_fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ArgumentVector(_message.Message):
    __slots__ = ["arguments"]
    ARGUMENTS_FIELD_NUMBER: _ClassVar[int]
    arguments: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, arguments: _Optional[_Iterable[str]] = ...) -> None: ...

class Backfill(_message.Message):
    __slots__ = ["create_time", "created_by", "deployment", "end_time", "ended", "from_time", "id", "max_parallel", "namespace", "newest_first", "only_missing", "parameters", "runs", "schedule", "state", "times", "to_time"]
    class EndedEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    ENDED_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    MAX_PARALLEL_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    ONLY_MISSING_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    RUNS_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    deployment: str
    end_time: _timestamp_pb2.Timestamp
    ended: _containers.ScalarMap[str, int]
    from_time: _timestamp_pb2.Timestamp
    id: str
    max_parallel: int
    namespace: str
    newest_first: bool
    only_missing: bool
    parameters: _struct_pb2.Struct
    runs: int
    schedule: str
    state: BackfillState
    times: int
    to_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., schedule: _Optional[str] = ..., from_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., to_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., only_missing: bool = ..., max_parallel: _Optional[int] = ..., newest_first: bool = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., state: _Optional[_Union[BackfillState, str]] = ..., times: _Optional[int] = ..., runs: _Optional[int] = ..., ended: _Optional[_Mapping[str, int]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ...) -> None: ...

class CancelBackfillRequest(_message.Message):
    __slots__ = ["cancel_running", "id", "namespace"]
    CANCEL_RUNNING_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    cancel_running: bool
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., cancel_running: bool = ...) -> None: ...

class CancelBackfillResponse(_message.Message):
    __slots__ = ["backfill"]
    BACKFILL_FIELD_NUMBER: _ClassVar[int]
    backfill: Backfill
    def __init__(self, backfill: _Optional[_Union[Backfill, _Mapping]] = ...) -> None: ...

class CreateBackfillRequest(_message.Message):
    __slots__ = ["backfill", "namespace", "validate_only"]
    BACKFILL_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    backfill: Backfill
    namespace: str
    validate_only: bool
    def __init__(self, namespace: _Optional[str] = ..., backfill: _Optional[_Union[Backfill, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class CreateBackfillResponse(_message.Message):
    __slots__ = ["backfill", "duplicate"]
    BACKFILL_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    backfill: Backfill
    duplicate: bool
    def __init__(self, backfill: _Optional[_Union[Backfill, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class CreateDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "validate_only"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    VALIDATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    namespace: str
    validate_only: bool
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[_Union[Deployment, _Mapping]] = ..., validate_only: bool = ...) -> None: ...

class CreateDeploymentResponse(_message.Message):
    __slots__ = ["deployment", "duplicate"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    DUPLICATE_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    duplicate: bool
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ..., duplicate: bool = ...) -> None: ...

class DeleteDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "etag", "namespace"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    etag: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., etag: _Optional[str] = ...) -> None: ...

class DeleteDeploymentResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Deployment(_message.Message):
    __slots__ = ["collision_strategy", "concurrency_limit", "create_time", "created_by", "description", "etag", "flow", "id", "labels", "name", "namespace", "paused", "schedules", "spec", "update_time", "updated_by", "version"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    COLLISION_STRATEGY_FIELD_NUMBER: _ClassVar[int]
    CONCURRENCY_LIMIT_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    SCHEDULES_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    UPDATED_BY_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    collision_strategy: _limit_service_pb2.CollisionStrategy
    concurrency_limit: int
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    description: str
    etag: str
    flow: str
    id: str
    labels: _containers.ScalarMap[str, str]
    name: str
    namespace: str
    paused: bool
    schedules: _containers.RepeatedCompositeFieldContainer[_schedule_pb2.Schedule]
    spec: DeploymentSpec
    update_time: _timestamp_pb2.Timestamp
    updated_by: str
    version: int
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., flow: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., labels: _Optional[_Mapping[str, str]] = ..., paused: bool = ..., spec: _Optional[_Union[DeploymentSpec, _Mapping]] = ..., schedules: _Optional[_Iterable[_Union[_schedule_pb2.Schedule, _Mapping]]] = ..., concurrency_limit: _Optional[int] = ..., collision_strategy: _Optional[_Union[_limit_service_pb2.CollisionStrategy, str]] = ..., version: _Optional[int] = ..., etag: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., updated_by: _Optional[str] = ...) -> None: ...

class DeploymentSpec(_message.Message):
    __slots__ = ["allow_any_parameters", "annotations", "command", "entrypoint", "image", "job_variables", "limits", "loss", "parameter_schema", "parameters", "pool", "pull_steps", "queue", "retry", "run_labels", "shell", "tags", "timeout", "version_name", "worker_labels"]
    class RunLabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class WorkerLabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ALLOW_ANY_PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    COMMAND_FIELD_NUMBER: _ClassVar[int]
    ENTRYPOINT_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    JOB_VARIABLES_FIELD_NUMBER: _ClassVar[int]
    LIMITS_FIELD_NUMBER: _ClassVar[int]
    LOSS_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PARAMETER_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    PULL_STEPS_FIELD_NUMBER: _ClassVar[int]
    QUEUE_FIELD_NUMBER: _ClassVar[int]
    RETRY_FIELD_NUMBER: _ClassVar[int]
    RUN_LABELS_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    TIMEOUT_FIELD_NUMBER: _ClassVar[int]
    VERSION_NAME_FIELD_NUMBER: _ClassVar[int]
    WORKER_LABELS_FIELD_NUMBER: _ClassVar[int]
    allow_any_parameters: bool
    annotations: _struct_pb2.Struct
    command: ArgumentVector
    entrypoint: str
    image: str
    job_variables: _struct_pb2.Struct
    limits: _containers.RepeatedCompositeFieldContainer[_run_pb2.RunLimit]
    loss: _run_pb2.LossPolicy
    parameter_schema: _struct_pb2.Struct
    parameters: _struct_pb2.Struct
    pool: str
    pull_steps: _containers.RepeatedCompositeFieldContainer[PullStep]
    queue: str
    retry: _run_pb2.RetryPolicy
    run_labels: _containers.ScalarMap[str, str]
    shell: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    timeout: _duration_pb2.Duration
    version_name: str
    worker_labels: _containers.ScalarMap[str, str]
    def __init__(self, version_name: _Optional[str] = ..., pool: _Optional[str] = ..., queue: _Optional[str] = ..., worker_labels: _Optional[_Mapping[str, str]] = ..., entrypoint: _Optional[str] = ..., shell: _Optional[str] = ..., command: _Optional[_Union[ArgumentVector, _Mapping]] = ..., image: _Optional[str] = ..., pull_steps: _Optional[_Iterable[_Union[PullStep, _Mapping]]] = ..., job_variables: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., parameter_schema: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., allow_any_parameters: bool = ..., tags: _Optional[_Iterable[str]] = ..., run_labels: _Optional[_Mapping[str, str]] = ..., retry: _Optional[_Union[_run_pb2.RetryPolicy, _Mapping]] = ..., timeout: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., loss: _Optional[_Union[_run_pb2.LossPolicy, _Mapping]] = ..., limits: _Optional[_Iterable[_Union[_run_pb2.RunLimit, _Mapping]]] = ..., annotations: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class DeploymentVersion(_message.Message):
    __slots__ = ["create_time", "created_by", "current", "number", "spec"]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    CURRENT_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    SPEC_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    current: bool
    number: int
    spec: DeploymentSpec
    def __init__(self, number: _Optional[int] = ..., spec: _Optional[_Union[DeploymentSpec, _Mapping]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ..., current: bool = ...) -> None: ...

class GetBackfillRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetBackfillResponse(_message.Message):
    __slots__ = ["backfill"]
    BACKFILL_FIELD_NUMBER: _ClassVar[int]
    backfill: Backfill
    def __init__(self, backfill: _Optional[_Union[Backfill, _Mapping]] = ...) -> None: ...

class GetDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "namespace"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ...) -> None: ...

class GetDeploymentResponse(_message.Message):
    __slots__ = ["deployment"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ...) -> None: ...

class ListBackfillsRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "page_size", "page_token"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    page_size: int
    page_token: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListBackfillsResponse(_message.Message):
    __slots__ = ["backfills", "next_page_token"]
    BACKFILLS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    backfills: _containers.RepeatedCompositeFieldContainer[Backfill]
    next_page_token: str
    def __init__(self, backfills: _Optional[_Iterable[_Union[Backfill, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListDeploymentVersionsRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "page_size", "page_token"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    page_size: int
    page_token: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDeploymentVersionsResponse(_message.Message):
    __slots__ = ["next_page_token", "versions"]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    next_page_token: str
    versions: _containers.RepeatedCompositeFieldContainer[DeploymentVersion]
    def __init__(self, versions: _Optional[_Iterable[_Union[DeploymentVersion, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListDeploymentsRequest(_message.Message):
    __slots__ = ["deployments", "flow", "labels", "namespace", "page_size", "page_token", "pool", "tags"]
    class LabelsEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    FLOW_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    POOL_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedScalarFieldContainer[str]
    flow: str
    labels: _containers.ScalarMap[str, str]
    namespace: str
    page_size: int
    page_token: str
    pool: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, namespace: _Optional[str] = ..., flow: _Optional[str] = ..., pool: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., labels: _Optional[_Mapping[str, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., deployments: _Optional[_Iterable[str]] = ...) -> None: ...

class ListDeploymentsResponse(_message.Message):
    __slots__ = ["deployments", "next_page_token"]
    DEPLOYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    deployments: _containers.RepeatedCompositeFieldContainer[Deployment]
    next_page_token: str
    def __init__(self, deployments: _Optional[_Iterable[_Union[Deployment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PauseDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "schedule"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    schedule: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., schedule: _Optional[str] = ...) -> None: ...

class PauseDeploymentResponse(_message.Message):
    __slots__ = ["deployment"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ...) -> None: ...

class PreviewScheduleRequest(_message.Message):
    __slots__ = ["deployment", "from_time", "limit", "namespace", "schedule", "to_time"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    FROM_TIME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    TO_TIME_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    from_time: _timestamp_pb2.Timestamp
    limit: int
    namespace: str
    schedule: _schedule_pb2.Schedule
    to_time: _timestamp_pb2.Timestamp
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., schedule: _Optional[_Union[_schedule_pb2.Schedule, _Mapping]] = ..., from_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., to_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., limit: _Optional[int] = ...) -> None: ...

class PreviewScheduleResponse(_message.Message):
    __slots__ = ["times"]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    times: _containers.RepeatedCompositeFieldContainer[ScheduledTime]
    def __init__(self, times: _Optional[_Iterable[_Union[ScheduledTime, _Mapping]]] = ...) -> None: ...

class PromoteDeploymentVersionRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "number"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    number: int
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...

class PromoteDeploymentVersionResponse(_message.Message):
    __slots__ = ["deployment"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ...) -> None: ...

class PullStep(_message.Message):
    __slots__ = ["archive", "git", "local", "pip", "shell", "working_directory"]
    class Archive(_message.Message):
        __slots__ = ["sha256", "source", "strip_components"]
        SHA256_FIELD_NUMBER: _ClassVar[int]
        SOURCE_FIELD_NUMBER: _ClassVar[int]
        STRIP_COMPONENTS_FIELD_NUMBER: _ClassVar[int]
        sha256: str
        source: str
        strip_components: int
        def __init__(self, source: _Optional[str] = ..., sha256: _Optional[str] = ..., strip_components: _Optional[int] = ...) -> None: ...
    class Git(_message.Message):
        __slots__ = ["branch", "commit", "repository", "submodules", "token_variable"]
        BRANCH_FIELD_NUMBER: _ClassVar[int]
        COMMIT_FIELD_NUMBER: _ClassVar[int]
        REPOSITORY_FIELD_NUMBER: _ClassVar[int]
        SUBMODULES_FIELD_NUMBER: _ClassVar[int]
        TOKEN_VARIABLE_FIELD_NUMBER: _ClassVar[int]
        branch: str
        commit: str
        repository: str
        submodules: bool
        token_variable: str
        def __init__(self, repository: _Optional[str] = ..., branch: _Optional[str] = ..., commit: _Optional[str] = ..., submodules: bool = ..., token_variable: _Optional[str] = ...) -> None: ...
    class Local(_message.Message):
        __slots__ = ["copy", "path"]
        COPY_FIELD_NUMBER: _ClassVar[int]
        PATH_FIELD_NUMBER: _ClassVar[int]
        copy: bool
        path: str
        def __init__(self, path: _Optional[str] = ..., copy: bool = ...) -> None: ...
    class Pip(_message.Message):
        __slots__ = ["requirements"]
        REQUIREMENTS_FIELD_NUMBER: _ClassVar[int]
        requirements: str
        def __init__(self, requirements: _Optional[str] = ...) -> None: ...
    class Shell(_message.Message):
        __slots__ = ["script"]
        SCRIPT_FIELD_NUMBER: _ClassVar[int]
        script: str
        def __init__(self, script: _Optional[str] = ...) -> None: ...
    class WorkingDirectory(_message.Message):
        __slots__ = ["path"]
        PATH_FIELD_NUMBER: _ClassVar[int]
        path: str
        def __init__(self, path: _Optional[str] = ...) -> None: ...
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    GIT_FIELD_NUMBER: _ClassVar[int]
    LOCAL_FIELD_NUMBER: _ClassVar[int]
    PIP_FIELD_NUMBER: _ClassVar[int]
    SHELL_FIELD_NUMBER: _ClassVar[int]
    WORKING_DIRECTORY_FIELD_NUMBER: _ClassVar[int]
    archive: PullStep.Archive
    git: PullStep.Git
    local: PullStep.Local
    pip: PullStep.Pip
    shell: PullStep.Shell
    working_directory: PullStep.WorkingDirectory
    def __init__(self, git: _Optional[_Union[PullStep.Git, _Mapping]] = ..., local: _Optional[_Union[PullStep.Local, _Mapping]] = ..., archive: _Optional[_Union[PullStep.Archive, _Mapping]] = ..., shell: _Optional[_Union[PullStep.Shell, _Mapping]] = ..., pip: _Optional[_Union[PullStep.Pip, _Mapping]] = ..., working_directory: _Optional[_Union[PullStep.WorkingDirectory, _Mapping]] = ...) -> None: ...

class ResumeDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "namespace", "schedule"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    deployment: str
    namespace: str
    schedule: str
    def __init__(self, namespace: _Optional[str] = ..., deployment: _Optional[str] = ..., schedule: _Optional[str] = ...) -> None: ...

class ResumeDeploymentResponse(_message.Message):
    __slots__ = ["deployment"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ...) -> None: ...

class ScheduledTime(_message.Message):
    __slots__ = ["clock", "due_time", "fires", "local_time", "schedule", "time", "utc_offset", "zone_abbreviation"]
    class Clock(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIRST: ScheduledTime.Clock
    CLOCK_SECOND: ScheduledTime.Clock
    CLOCK_SKIPPED: ScheduledTime.Clock
    CLOCK_UNSPECIFIED: ScheduledTime.Clock
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    FIRES_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIME_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    UTC_OFFSET_FIELD_NUMBER: _ClassVar[int]
    ZONE_ABBREVIATION_FIELD_NUMBER: _ClassVar[int]
    clock: ScheduledTime.Clock
    due_time: _timestamp_pb2.Timestamp
    fires: bool
    local_time: str
    schedule: str
    time: _timestamp_pb2.Timestamp
    utc_offset: int
    zone_abbreviation: str
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., local_time: _Optional[str] = ..., utc_offset: _Optional[int] = ..., zone_abbreviation: _Optional[str] = ..., clock: _Optional[_Union[ScheduledTime.Clock, str]] = ..., fires: bool = ..., schedule: _Optional[str] = ...) -> None: ...

class UpdateDeploymentRequest(_message.Message):
    __slots__ = ["deployment", "deployment_ref", "namespace", "update_mask"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    DEPLOYMENT_REF_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    deployment_ref: str
    namespace: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, namespace: _Optional[str] = ..., deployment_ref: _Optional[str] = ..., deployment: _Optional[_Union[Deployment, _Mapping]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateDeploymentResponse(_message.Message):
    __slots__ = ["deployment"]
    DEPLOYMENT_FIELD_NUMBER: _ClassVar[int]
    deployment: Deployment
    def __init__(self, deployment: _Optional[_Union[Deployment, _Mapping]] = ...) -> None: ...

class BackfillState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

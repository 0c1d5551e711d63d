from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from martlet._proto.martlet.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetServerInfoRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetServerInfoResponse(_message.Message):
    __slots__ = ["authentication_required", "default_lease", "default_namespace", "max_batch_size", "max_message_size", "schema_version", "start_time", "time", "version"]
    AUTHENTICATION_REQUIRED_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_LEASE_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    MAX_BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    MAX_MESSAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    authentication_required: bool
    default_lease: _duration_pb2.Duration
    default_namespace: str
    max_batch_size: int
    max_message_size: int
    schema_version: int
    start_time: _timestamp_pb2.Timestamp
    time: _timestamp_pb2.Timestamp
    version: str
    def __init__(self, version: _Optional[str] = ..., schema_version: _Optional[int] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., default_namespace: _Optional[str] = ..., authentication_required: bool = ..., max_message_size: _Optional[int] = ..., max_batch_size: _Optional[int] = ..., default_lease: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class GetStateMachineRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetStateMachineResponse(_message.Message):
    __slots__ = ["mermaid", "rules", "states", "version"]
    MERMAID_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    mermaid: str
    rules: _containers.RepeatedCompositeFieldContainer[TransitionRule]
    states: _containers.RepeatedCompositeFieldContainer[StateDescription]
    version: str
    def __init__(self, version: _Optional[str] = ..., states: _Optional[_Iterable[_Union[StateDescription, _Mapping]]] = ..., rules: _Optional[_Iterable[_Union[TransitionRule, _Mapping]]] = ..., mermaid: _Optional[str] = ...) -> None: ...

class PingRequest(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class PingResponse(_message.Message):
    __slots__ = ["payload"]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    payload: bytes
    def __init__(self, payload: _Optional[bytes] = ...) -> None: ...

class StateDescription(_message.Message):
    __slots__ = ["name", "terminal", "type"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TERMINAL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    terminal: bool
    type: _state_pb2.StateType
    def __init__(self, type: _Optional[_Union[_state_pb2.StateType, str]] = ..., name: _Optional[str] = ..., terminal: bool = ...) -> None: ...

class TransitionRule(_message.Message):
    __slots__ = ["effects", "event", "guards", "id", "reason", "to", "verdict"]
    EFFECTS_FIELD_NUMBER: _ClassVar[int]
    EVENT_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    GUARDS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    effects: _containers.RepeatedScalarFieldContainer[str]
    event: str
    guards: _containers.RepeatedScalarFieldContainer[str]
    id: str
    reason: str
    to: _state_pb2.StateType
    verdict: _run_pb2.Verdict.Code
    def __init__(self, id: _Optional[str] = ..., event: _Optional[str] = ..., guards: _Optional[_Iterable[str]] = ..., to: _Optional[_Union[_state_pb2.StateType, str]] = ..., verdict: _Optional[_Union[_run_pb2.Verdict.Code, str]] = ..., reason: _Optional[str] = ..., effects: _Optional[_Iterable[str]] = ..., **kwargs) -> None: ...

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import payload_pb2 as _payload_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
STATE_TYPE_CANCELLED: StateType
STATE_TYPE_CANCELLING: StateType
STATE_TYPE_COMPLETED: StateType
STATE_TYPE_CRASHED: StateType
STATE_TYPE_FAILED: StateType
STATE_TYPE_PAUSED: StateType
STATE_TYPE_PENDING: StateType
STATE_TYPE_RUNNING: StateType
STATE_TYPE_SCHEDULED: StateType
STATE_TYPE_UNSPECIFIED: StateType

class Cancelling(_message.Message):
    __slots__ = ["grace", "until_time"]
    GRACE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    grace: _duration_pb2.Duration
    until_time: _timestamp_pb2.Timestamp
    def __init__(self, until_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., grace: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Completed(_message.Message):
    __slots__ = ["cached_from", "result"]
    CACHED_FROM_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    cached_from: str
    result: _payload_pb2.Payload
    def __init__(self, result: _Optional[_Union[_payload_pb2.Payload, _Mapping]] = ..., cached_from: _Optional[str] = ...) -> None: ...

class Crashed(_message.Message):
    __slots__ = ["exit_code", "note", "presumptive", "signal"]
    EXIT_CODE_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    PRESUMPTIVE_FIELD_NUMBER: _ClassVar[int]
    SIGNAL_FIELD_NUMBER: _ClassVar[int]
    exit_code: int
    note: str
    presumptive: bool
    signal: int
    def __init__(self, signal: _Optional[int] = ..., exit_code: _Optional[int] = ..., note: _Optional[str] = ..., presumptive: bool = ...) -> None: ...

class Failed(_message.Message):
    __slots__ = ["error_message", "error_type", "retriable", "traceback"]
    ERROR_MESSAGE_FIELD_NUMBER: _ClassVar[int]
    ERROR_TYPE_FIELD_NUMBER: _ClassVar[int]
    RETRIABLE_FIELD_NUMBER: _ClassVar[int]
    TRACEBACK_FIELD_NUMBER: _ClassVar[int]
    error_message: str
    error_type: str
    retriable: bool
    traceback: str
    def __init__(self, error_type: _Optional[str] = ..., error_message: _Optional[str] = ..., traceback: _Optional[str] = ..., retriable: bool = ...) -> None: ...

class Paused(_message.Message):
    __slots__ = ["input_schema", "key", "suspended", "until_time"]
    INPUT_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    SUSPENDED_FIELD_NUMBER: _ClassVar[int]
    UNTIL_TIME_FIELD_NUMBER: _ClassVar[int]
    input_schema: _struct_pb2.Struct
    key: str
    suspended: bool
    until_time: _timestamp_pb2.Timestamp
    def __init__(self, until_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., key: _Optional[str] = ..., input_schema: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., suspended: bool = ...) -> None: ...

class Scheduled(_message.Message):
    __slots__ = ["crashed", "due_time", "failed", "reason"]
    CRASHED_FIELD_NUMBER: _ClassVar[int]
    DUE_TIME_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    crashed: Crashed
    due_time: _timestamp_pb2.Timestamp
    failed: Failed
    reason: str
    def __init__(self, due_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., crashed: _Optional[_Union[Crashed, _Mapping]] = ...) -> None: ...

class State(_message.Message):
    __slots__ = ["annotations", "cancelling", "completed", "crashed", "failed", "message", "name", "observed_time", "paused", "scheduled", "time", "type"]
    ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    CANCELLING_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_FIELD_NUMBER: _ClassVar[int]
    CRASHED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OBSERVED_TIME_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    SCHEDULED_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    annotations: _struct_pb2.Struct
    cancelling: Cancelling
    completed: Completed
    crashed: Crashed
    failed: Failed
    message: str
    name: str
    observed_time: _timestamp_pb2.Timestamp
    paused: Paused
    scheduled: Scheduled
    time: _timestamp_pb2.Timestamp
    type: StateType
    def __init__(self, type: _Optional[_Union[StateType, str]] = ..., name: _Optional[str] = ..., message: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., observed_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., annotations: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., scheduled: _Optional[_Union[Scheduled, _Mapping]] = ..., paused: _Optional[_Union[Paused, _Mapping]] = ..., failed: _Optional[_Union[Failed, _Mapping]] = ..., completed: _Optional[_Union[Completed, _Mapping]] = ..., crashed: _Optional[_Union[Crashed, _Mapping]] = ..., cancelling: _Optional[_Union[Cancelling, _Mapping]] = ...) -> None: ...

class StateType(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

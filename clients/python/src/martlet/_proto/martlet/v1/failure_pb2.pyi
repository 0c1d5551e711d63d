from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class FailureLine(_message.Message):
    __slots__ = ["level", "logger", "message", "time"]
    LEVEL_FIELD_NUMBER: _ClassVar[int]
    LOGGER_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    level: int
    logger: str
    message: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., level: _Optional[int] = ..., logger: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class RunDifference(_message.Message):
    __slots__ = ["after", "before", "change", "longer", "subject"]
    class Change(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    AFTER_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ADDED: RunDifference.Change
    CHANGE_CHANGED: RunDifference.Change
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    CHANGE_REMOVED: RunDifference.Change
    CHANGE_UNSPECIFIED: RunDifference.Change
    LONGER_FIELD_NUMBER: _ClassVar[int]
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    after: str
    before: str
    change: RunDifference.Change
    longer: _duration_pb2.Duration
    subject: str
    def __init__(self, subject: _Optional[str] = ..., change: _Optional[_Union[RunDifference.Change, str]] = ..., before: _Optional[str] = ..., after: _Optional[str] = ..., longer: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class RunFailure(_message.Message):
    __slots__ = ["cause", "chain", "differences", "incomplete", "last_good", "lines"]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    INCOMPLETE_FIELD_NUMBER: _ClassVar[int]
    LAST_GOOD_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    cause: _run_pb2.Run
    chain: _containers.RepeatedCompositeFieldContainer[_run_pb2.Run]
    differences: _containers.RepeatedCompositeFieldContainer[RunDifference]
    incomplete: bool
    last_good: _run_pb2.Run
    lines: _containers.RepeatedCompositeFieldContainer[FailureLine]
    def __init__(self, chain: _Optional[_Iterable[_Union[_run_pb2.Run, _Mapping]]] = ..., cause: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., lines: _Optional[_Iterable[_Union[FailureLine, _Mapping]]] = ..., last_good: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., differences: _Optional[_Iterable[_Union[RunDifference, _Mapping]]] = ..., incomplete: bool = ...) -> None: ...

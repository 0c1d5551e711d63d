from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
OVERLAP_POLICY_ALLOW: OverlapPolicy
OVERLAP_POLICY_BUFFER_ONE: OverlapPolicy
OVERLAP_POLICY_CANCEL_RUNNING: OverlapPolicy
OVERLAP_POLICY_SKIP: OverlapPolicy
OVERLAP_POLICY_UNSPECIFIED: OverlapPolicy

class CatchUpPolicy(_message.Message):
    __slots__ = ["choice", "within"]
    class Choice(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    CHOICE_ALL: CatchUpPolicy.Choice
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    CHOICE_LATEST: CatchUpPolicy.Choice
    CHOICE_NONE: CatchUpPolicy.Choice
    CHOICE_UNSPECIFIED: CatchUpPolicy.Choice
    WITHIN_FIELD_NUMBER: _ClassVar[int]
    choice: CatchUpPolicy.Choice
    within: _duration_pb2.Duration
    def __init__(self, choice: _Optional[_Union[CatchUpPolicy.Choice, str]] = ..., within: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class CronRule(_message.Message):
    __slots__ = ["day_and_weekday", "expression"]
    DAY_AND_WEEKDAY_FIELD_NUMBER: _ClassVar[int]
    EXPRESSION_FIELD_NUMBER: _ClassVar[int]
    day_and_weekday: bool
    expression: str
    def __init__(self, expression: _Optional[str] = ..., day_and_weekday: bool = ...) -> None: ...

class Horizon(_message.Message):
    __slots__ = ["ahead", "max_runs", "min_runs"]
    AHEAD_FIELD_NUMBER: _ClassVar[int]
    MAX_RUNS_FIELD_NUMBER: _ClassVar[int]
    MIN_RUNS_FIELD_NUMBER: _ClassVar[int]
    ahead: _duration_pb2.Duration
    max_runs: int
    min_runs: int
    def __init__(self, min_runs: _Optional[int] = ..., max_runs: _Optional[int] = ..., ahead: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class IntervalRule(_message.Message):
    __slots__ = ["anchor", "length"]
    ANCHOR_FIELD_NUMBER: _ClassVar[int]
    LENGTH_FIELD_NUMBER: _ClassVar[int]
    anchor: _timestamp_pb2.Timestamp
    length: _duration_pb2.Duration
    def __init__(self, length: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., anchor: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class LocalTimePolicy(_message.Message):
    __slots__ = ["repeated", "skipped"]
    class Repeated(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Skipped(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    REPEATED_BOTH: LocalTimePolicy.Repeated
    REPEATED_FIELD_NUMBER: _ClassVar[int]
    REPEATED_FIRST: LocalTimePolicy.Repeated
    REPEATED_SECOND: LocalTimePolicy.Repeated
    REPEATED_UNSPECIFIED: LocalTimePolicy.Repeated
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_SHIFT: LocalTimePolicy.Skipped
    SKIPPED_SKIP: LocalTimePolicy.Skipped
    SKIPPED_UNSPECIFIED: LocalTimePolicy.Skipped
    repeated: LocalTimePolicy.Repeated
    skipped: LocalTimePolicy.Skipped
    def __init__(self, skipped: _Optional[_Union[LocalTimePolicy.Skipped, str]] = ..., repeated: _Optional[_Union[LocalTimePolicy.Repeated, str]] = ...) -> None: ...

class RecurrenceRule(_message.Message):
    __slots__ = ["text"]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class Schedule(_message.Message):
    __slots__ = ["catch_up", "cron", "end_time", "error", "generation", "horizon", "id", "interval", "jitter", "local_times", "next_time", "overlap", "parameters", "paused", "recurrence", "slug", "start_time", "time_zone"]
    CATCH_UP_FIELD_NUMBER: _ClassVar[int]
    CRON_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    GENERATION_FIELD_NUMBER: _ClassVar[int]
    HORIZON_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    JITTER_FIELD_NUMBER: _ClassVar[int]
    LOCAL_TIMES_FIELD_NUMBER: _ClassVar[int]
    NEXT_TIME_FIELD_NUMBER: _ClassVar[int]
    OVERLAP_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    RECURRENCE_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    TIME_ZONE_FIELD_NUMBER: _ClassVar[int]
    catch_up: CatchUpPolicy
    cron: CronRule
    end_time: _timestamp_pb2.Timestamp
    error: str
    generation: int
    horizon: Horizon
    id: str
    interval: IntervalRule
    jitter: _duration_pb2.Duration
    local_times: LocalTimePolicy
    next_time: _timestamp_pb2.Timestamp
    overlap: OverlapPolicy
    parameters: _struct_pb2.Struct
    paused: bool
    recurrence: RecurrenceRule
    slug: str
    start_time: _timestamp_pb2.Timestamp
    time_zone: str
    def __init__(self, id: _Optional[str] = ..., slug: _Optional[str] = ..., cron: _Optional[_Union[CronRule, _Mapping]] = ..., interval: _Optional[_Union[IntervalRule, _Mapping]] = ..., recurrence: _Optional[_Union[RecurrenceRule, _Mapping]] = ..., time_zone: _Optional[str] = ..., local_times: _Optional[_Union[LocalTimePolicy, _Mapping]] = ..., start_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., paused: bool = ..., parameters: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., catch_up: _Optional[_Union[CatchUpPolicy, _Mapping]] = ..., overlap: _Optional[_Union[OverlapPolicy, str]] = ..., jitter: _Optional[_Union[_duration_pb2.Duration, _Mapping]] = ..., horizon: _Optional[_Union[Horizon, _Mapping]] = ..., generation: _Optional[int] = ..., next_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., error: _Optional[str] = ...) -> None: ...

class OverlapPolicy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

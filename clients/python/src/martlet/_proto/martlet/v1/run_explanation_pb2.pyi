from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ExplainRunRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class ExplainRunResponse(_message.Message):
    __slots__ = ["gates", "open_time", "run", "summary", "time"]
    GATES_FIELD_NUMBER: _ClassVar[int]
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    RUN_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    gates: _containers.RepeatedCompositeFieldContainer[Gate]
    open_time: _timestamp_pb2.Timestamp
    run: _run_pb2.Run
    summary: str
    time: _timestamp_pb2.Timestamp
    def __init__(self, run: _Optional[_Union[_run_pb2.Run, _Mapping]] = ..., gates: _Optional[_Iterable[_Union[Gate, _Mapping]]] = ..., summary: _Optional[str] = ..., open_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class Gate(_message.Message):
    __slots__ = ["end_time", "kind", "open_time", "references", "remedy", "status", "subject", "summary"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    KIND_CACHE: Gate.Kind
    KIND_CANCELLATION: Gate.Kind
    KIND_DUE_TIME: Gate.Kind
    KIND_END: Gate.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_LIMIT: Gate.Kind
    KIND_OWNER: Gate.Kind
    KIND_PARENT: Gate.Kind
    KIND_PAUSE: Gate.Kind
    KIND_RETRY: Gate.Kind
    KIND_TIMEOUT: Gate.Kind
    KIND_UNSPECIFIED: Gate.Kind
    OPEN_TIME_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    STATUS_CLOSED: Gate.Status
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STATUS_OPEN: Gate.Status
    STATUS_UNKNOWN: Gate.Status
    STATUS_UNSPECIFIED: Gate.Status
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    end_time: _timestamp_pb2.Timestamp
    kind: Gate.Kind
    open_time: _timestamp_pb2.Timestamp
    references: _containers.RepeatedCompositeFieldContainer[GateReference]
    remedy: str
    status: Gate.Status
    subject: str
    summary: str
    def __init__(self, kind: _Optional[_Union[Gate.Kind, str]] = ..., status: _Optional[_Union[Gate.Status, str]] = ..., subject: _Optional[str] = ..., summary: _Optional[str] = ..., remedy: _Optional[str] = ..., open_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., end_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., references: _Optional[_Iterable[_Union[GateReference, _Mapping]]] = ...) -> None: ...

class GateReference(_message.Message):
    __slots__ = ["grant_time", "limit_id", "name", "run_id", "session_id"]
    GRANT_TIME_FIELD_NUMBER: _ClassVar[int]
    LIMIT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    grant_time: _timestamp_pb2.Timestamp
    limit_id: str
    name: str
    run_id: str
    session_id: str
    def __init__(self, run_id: _Optional[str] = ..., limit_id: _Optional[str] = ..., session_id: _Optional[str] = ..., name: _Optional[str] = ..., grant_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

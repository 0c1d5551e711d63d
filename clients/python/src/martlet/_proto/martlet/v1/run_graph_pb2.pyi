from google.protobuf import timestamp_pb2 as _timestamp_pb2
from martlet._proto.martlet.v1 import run_pb2 as _run_pb2
from martlet._proto.martlet.v1 import state_pb2 as _state_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetRunGraphRequest(_message.Message):
    __slots__ = ["max_depth", "namespace", "page_size", "page_token", "run_id"]
    MAX_DEPTH_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    max_depth: int
    namespace: str
    page_size: int
    page_token: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., max_depth: _Optional[int] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class GetRunGraphResponse(_message.Message):
    __slots__ = ["edges", "next_page_token", "nodes", "time"]
    EDGES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    edges: _containers.RepeatedCompositeFieldContainer[RunEdge]
    next_page_token: str
    nodes: _containers.RepeatedCompositeFieldContainer[RunNode]
    time: _timestamp_pb2.Timestamp
    def __init__(self, nodes: _Optional[_Iterable[_Union[RunNode, _Mapping]]] = ..., edges: _Optional[_Iterable[_Union[RunEdge, _Mapping]]] = ..., next_page_token: _Optional[str] = ..., time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RunEdge(_message.Message):
    __slots__ = ["from_id", "kind", "parameter", "to_id"]
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = []
    FROM_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_CHILD: RunEdge.Kind
    KIND_DATA: RunEdge.Kind
    KIND_FIELD_NUMBER: _ClassVar[int]
    KIND_ORDER: RunEdge.Kind
    KIND_UNSPECIFIED: RunEdge.Kind
    PARAMETER_FIELD_NUMBER: _ClassVar[int]
    TO_ID_FIELD_NUMBER: _ClassVar[int]
    from_id: str
    kind: RunEdge.Kind
    parameter: str
    to_id: str
    def __init__(self, kind: _Optional[_Union[RunEdge.Kind, str]] = ..., from_id: _Optional[str] = ..., to_id: _Optional[str] = ..., parameter: _Optional[str] = ...) -> None: ...

class RunNode(_message.Message):
    __slots__ = ["attempt", "definition", "depth", "has_result", "id", "kind", "name", "parent_id", "state_name", "state_type", "times"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    DEFINITION_FIELD_NUMBER: _ClassVar[int]
    DEPTH_FIELD_NUMBER: _ClassVar[int]
    HAS_RESULT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_TYPE_FIELD_NUMBER: _ClassVar[int]
    TIMES_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    definition: str
    depth: int
    has_result: bool
    id: str
    kind: _run_pb2.RunKind
    name: str
    parent_id: str
    state_name: str
    state_type: _state_pb2.StateType
    times: _run_pb2.Times
    def __init__(self, id: _Optional[str] = ..., parent_id: _Optional[str] = ..., kind: _Optional[_Union[_run_pb2.RunKind, str]] = ..., name: _Optional[str] = ..., definition: _Optional[str] = ..., depth: _Optional[int] = ..., state_type: _Optional[_Union[_state_pb2.StateType, str]] = ..., state_name: _Optional[str] = ..., times: _Optional[_Union[_run_pb2.Times, _Mapping]] = ..., attempt: _Optional[int] = ..., has_result: bool = ...) -> None: ...

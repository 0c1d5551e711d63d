from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeleteInputRequest(_message.Message):
    __slots__ = ["key", "namespace", "run_id"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    namespace: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class DeleteInputResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetInputRequest(_message.Message):
    __slots__ = ["key", "namespace", "run_id"]
    KEY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    key: str
    namespace: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class GetInputResponse(_message.Message):
    __slots__ = ["input"]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    input: RunInput
    def __init__(self, input: _Optional[_Union[RunInput, _Mapping]] = ...) -> None: ...

class ListInputsRequest(_message.Message):
    __slots__ = ["except_keys", "key_prefix", "namespace", "page_size", "page_token", "run_id"]
    EXCEPT_KEYS_FIELD_NUMBER: _ClassVar[int]
    KEY_PREFIX_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    except_keys: _containers.RepeatedScalarFieldContainer[str]
    key_prefix: str
    namespace: str
    page_size: int
    page_token: str
    run_id: str
    def __init__(self, namespace: _Optional[str] = ..., run_id: _Optional[str] = ..., key_prefix: _Optional[str] = ..., except_keys: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListInputsResponse(_message.Message):
    __slots__ = ["inputs", "next_page_token"]
    INPUTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    inputs: _containers.RepeatedCompositeFieldContainer[RunInput]
    next_page_token: str
    def __init__(self, inputs: _Optional[_Iterable[_Union[RunInput, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ProvideInputRequest(_message.Message):
    __slots__ = ["input", "namespace", "schema_key"]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_KEY_FIELD_NUMBER: _ClassVar[int]
    input: RunInput
    namespace: str
    schema_key: str
    def __init__(self, namespace: _Optional[str] = ..., input: _Optional[_Union[RunInput, _Mapping]] = ..., schema_key: _Optional[str] = ...) -> None: ...

class ProvideInputResponse(_message.Message):
    __slots__ = ["input"]
    INPUT_FIELD_NUMBER: _ClassVar[int]
    input: RunInput
    def __init__(self, input: _Optional[_Union[RunInput, _Mapping]] = ...) -> None: ...

class RunInput(_message.Message):
    __slots__ = ["create_time", "created_by", "id", "key", "run_id", "sender", "value"]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    RUN_ID_FIELD_NUMBER: _ClassVar[int]
    SENDER_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    id: str
    key: str
    run_id: str
    sender: str
    value: str
    def __init__(self, id: _Optional[str] = ..., run_id: _Optional[str] = ..., key: _Optional[str] = ..., value: _Optional[str] = ..., sender: _Optional[str] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., created_by: _Optional[str] = ...) -> None: ...

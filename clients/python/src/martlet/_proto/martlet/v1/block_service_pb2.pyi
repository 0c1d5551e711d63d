from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

BLOCK_ORDER_NAME: BlockOrder
BLOCK_ORDER_NAME_DESCENDING: BlockOrder
BLOCK_ORDER_TYPE: BlockOrder
BLOCK_ORDER_UNSPECIFIED: BlockOrder
DESCRIPTOR: _descriptor.FileDescriptor

class Block(_message.Message):
    __slots__ = ["anonymous", "block_schema_id", "block_type_id", "block_type_slug", "create_time", "created_by", "data", "etag", "id", "key_id", "name", "namespace", "references", "update_time"]
    class ReferencesEntry(_message.Message):
        __slots__ = ["key", "value"]
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    BLOCK_SCHEMA_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_TYPE_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_TYPE_SLUG_FIELD_NUMBER: _ClassVar[int]
    CREATED_BY_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    KEY_ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    anonymous: bool
    block_schema_id: str
    block_type_id: str
    block_type_slug: str
    create_time: _timestamp_pb2.Timestamp
    created_by: str
    data: _struct_pb2.Struct
    etag: str
    id: str
    key_id: str
    name: str
    namespace: str
    references: _containers.ScalarMap[str, str]
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., name: _Optional[str] = ..., block_type_id: _Optional[str] = ..., block_type_slug: _Optional[str] = ..., block_schema_id: _Optional[str] = ..., data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., references: _Optional[_Mapping[str, str]] = ..., anonymous: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., etag: _Optional[str] = ..., created_by: _Optional[str] = ..., key_id: _Optional[str] = ...) -> None: ...

class BlockFilter(_message.Message):
    __slots__ = ["block_types", "capabilities", "ids", "include_anonymous", "name_contains", "names"]
    BLOCK_TYPES_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_ANONYMOUS_FIELD_NUMBER: _ClassVar[int]
    NAMES_FIELD_NUMBER: _ClassVar[int]
    NAME_CONTAINS_FIELD_NUMBER: _ClassVar[int]
    block_types: _containers.RepeatedScalarFieldContainer[str]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    ids: _containers.RepeatedScalarFieldContainer[str]
    include_anonymous: bool
    name_contains: str
    names: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., names: _Optional[_Iterable[str]] = ..., name_contains: _Optional[str] = ..., block_types: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Iterable[str]] = ..., include_anonymous: bool = ...) -> None: ...

class BlockSchema(_message.Message):
    __slots__ = ["block_type_id", "block_type_slug", "capabilities", "checksum", "create_time", "fields", "id", "namespace", "version"]
    BLOCK_TYPE_ID_FIELD_NUMBER: _ClassVar[int]
    BLOCK_TYPE_SLUG_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    block_type_id: str
    block_type_slug: str
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    checksum: str
    create_time: _timestamp_pb2.Timestamp
    fields: str
    id: str
    namespace: str
    version: str
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., block_type_id: _Optional[str] = ..., block_type_slug: _Optional[str] = ..., checksum: _Optional[str] = ..., version: _Optional[str] = ..., fields: _Optional[str] = ..., capabilities: _Optional[_Iterable[str]] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class BlockType(_message.Message):
    __slots__ = ["code_example", "create_time", "description", "documentation_url", "id", "logo_url", "name", "namespace", "protected", "slug", "update_time"]
    CODE_EXAMPLE_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTATION_URL_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    LOGO_URL_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PROTECTED_FIELD_NUMBER: _ClassVar[int]
    SLUG_FIELD_NUMBER: _ClassVar[int]
    UPDATE_TIME_FIELD_NUMBER: _ClassVar[int]
    code_example: str
    create_time: _timestamp_pb2.Timestamp
    description: str
    documentation_url: str
    id: str
    logo_url: str
    name: str
    namespace: str
    protected: bool
    slug: str
    update_time: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., namespace: _Optional[str] = ..., slug: _Optional[str] = ..., name: _Optional[str] = ..., description: _Optional[str] = ..., logo_url: _Optional[str] = ..., documentation_url: _Optional[str] = ..., code_example: _Optional[str] = ..., protected: bool = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., update_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CountBlocksRequest(_message.Message):
    __slots__ = ["filter", "namespace"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    filter: BlockFilter
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[BlockFilter, _Mapping]] = ...) -> None: ...

class CountBlocksResponse(_message.Message):
    __slots__ = ["count"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    count: int
    def __init__(self, count: _Optional[int] = ...) -> None: ...

class CreateBlockRequest(_message.Message):
    __slots__ = ["block", "namespace"]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    block: Block
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., block: _Optional[_Union[Block, _Mapping]] = ...) -> None: ...

class CreateBlockResponse(_message.Message):
    __slots__ = ["block"]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    block: Block
    def __init__(self, block: _Optional[_Union[Block, _Mapping]] = ...) -> None: ...

class DeleteBlockRequest(_message.Message):
    __slots__ = ["block_type", "id", "name", "namespace"]
    BLOCK_TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    block_type: str
    id: str
    name: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., block_type: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class DeleteBlockResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DeleteBlockSchemaRequest(_message.Message):
    __slots__ = ["id", "namespace"]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    id: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class DeleteBlockSchemaResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class DeleteBlockTypeRequest(_message.Message):
    __slots__ = ["namespace", "ref"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    ref: str
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ...) -> None: ...

class DeleteBlockTypeResponse(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class GetBlockRequest(_message.Message):
    __slots__ = ["block_type", "id", "include_secrets", "name", "namespace"]
    BLOCK_TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SECRETS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    block_type: str
    id: str
    include_secrets: bool
    name: str
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., block_type: _Optional[str] = ..., name: _Optional[str] = ..., include_secrets: bool = ...) -> None: ...

class GetBlockResponse(_message.Message):
    __slots__ = ["block"]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    block: Block
    def __init__(self, block: _Optional[_Union[Block, _Mapping]] = ...) -> None: ...

class GetBlockSchemaRequest(_message.Message):
    __slots__ = ["checksum", "id", "namespace", "version"]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    checksum: str
    id: str
    namespace: str
    version: str
    def __init__(self, namespace: _Optional[str] = ..., id: _Optional[str] = ..., checksum: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class GetBlockSchemaResponse(_message.Message):
    __slots__ = ["block_schema"]
    BLOCK_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    block_schema: BlockSchema
    def __init__(self, block_schema: _Optional[_Union[BlockSchema, _Mapping]] = ...) -> None: ...

class GetBlockTypeRequest(_message.Message):
    __slots__ = ["namespace", "ref"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    REF_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    ref: str
    def __init__(self, namespace: _Optional[str] = ..., ref: _Optional[str] = ...) -> None: ...

class GetBlockTypeResponse(_message.Message):
    __slots__ = ["block_type"]
    BLOCK_TYPE_FIELD_NUMBER: _ClassVar[int]
    block_type: BlockType
    def __init__(self, block_type: _Optional[_Union[BlockType, _Mapping]] = ...) -> None: ...

class ListBlockCapabilitiesRequest(_message.Message):
    __slots__ = ["namespace"]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    def __init__(self, namespace: _Optional[str] = ...) -> None: ...

class ListBlockCapabilitiesResponse(_message.Message):
    __slots__ = ["capabilities"]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, capabilities: _Optional[_Iterable[str]] = ...) -> None: ...

class ListBlockSchemasRequest(_message.Message):
    __slots__ = ["block_types", "capabilities", "ids", "namespace", "page_size", "page_token", "skip", "versions"]
    BLOCK_TYPES_FIELD_NUMBER: _ClassVar[int]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    block_types: _containers.RepeatedScalarFieldContainer[str]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    ids: _containers.RepeatedScalarFieldContainer[str]
    namespace: str
    page_size: int
    page_token: str
    skip: int
    versions: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, namespace: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ..., block_types: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Iterable[str]] = ..., versions: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class ListBlockSchemasResponse(_message.Message):
    __slots__ = ["block_schemas", "next_page_token"]
    BLOCK_SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    block_schemas: _containers.RepeatedCompositeFieldContainer[BlockSchema]
    next_page_token: str
    def __init__(self, block_schemas: _Optional[_Iterable[_Union[BlockSchema, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListBlockTypesRequest(_message.Message):
    __slots__ = ["capabilities", "name_contains", "namespace", "page_size", "page_token", "refs", "skip"]
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    NAME_CONTAINS_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    capabilities: _containers.RepeatedScalarFieldContainer[str]
    name_contains: str
    namespace: str
    page_size: int
    page_token: str
    refs: _containers.RepeatedScalarFieldContainer[str]
    skip: int
    def __init__(self, namespace: _Optional[str] = ..., name_contains: _Optional[str] = ..., refs: _Optional[_Iterable[str]] = ..., capabilities: _Optional[_Iterable[str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class ListBlockTypesResponse(_message.Message):
    __slots__ = ["block_types", "next_page_token"]
    BLOCK_TYPES_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    block_types: _containers.RepeatedCompositeFieldContainer[BlockType]
    next_page_token: str
    def __init__(self, block_types: _Optional[_Iterable[_Union[BlockType, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class ListBlocksRequest(_message.Message):
    __slots__ = ["filter", "include_secrets", "namespace", "order", "page_size", "page_token", "skip"]
    FILTER_FIELD_NUMBER: _ClassVar[int]
    INCLUDE_SECRETS_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SKIP_FIELD_NUMBER: _ClassVar[int]
    filter: BlockFilter
    include_secrets: bool
    namespace: str
    order: BlockOrder
    page_size: int
    page_token: str
    skip: int
    def __init__(self, namespace: _Optional[str] = ..., filter: _Optional[_Union[BlockFilter, _Mapping]] = ..., include_secrets: bool = ..., order: _Optional[_Union[BlockOrder, str]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., skip: _Optional[int] = ...) -> None: ...

class ListBlocksResponse(_message.Message):
    __slots__ = ["blocks", "next_page_token"]
    BLOCKS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    blocks: _containers.RepeatedCompositeFieldContainer[Block]
    next_page_token: str
    def __init__(self, blocks: _Optional[_Iterable[_Union[Block, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class PutBlockSchemaRequest(_message.Message):
    __slots__ = ["block_schema", "namespace"]
    BLOCK_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    block_schema: BlockSchema
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., block_schema: _Optional[_Union[BlockSchema, _Mapping]] = ...) -> None: ...

class PutBlockSchemaResponse(_message.Message):
    __slots__ = ["block_schema", "existed"]
    BLOCK_SCHEMA_FIELD_NUMBER: _ClassVar[int]
    EXISTED_FIELD_NUMBER: _ClassVar[int]
    block_schema: BlockSchema
    existed: bool
    def __init__(self, block_schema: _Optional[_Union[BlockSchema, _Mapping]] = ..., existed: bool = ...) -> None: ...

class PutBlockTypeRequest(_message.Message):
    __slots__ = ["block_type", "create_only", "namespace"]
    BLOCK_TYPE_FIELD_NUMBER: _ClassVar[int]
    CREATE_ONLY_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    block_type: BlockType
    create_only: bool
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., block_type: _Optional[_Union[BlockType, _Mapping]] = ..., create_only: bool = ...) -> None: ...

class PutBlockTypeResponse(_message.Message):
    __slots__ = ["block_type"]
    BLOCK_TYPE_FIELD_NUMBER: _ClassVar[int]
    block_type: BlockType
    def __init__(self, block_type: _Optional[_Union[BlockType, _Mapping]] = ...) -> None: ...

class UpdateBlockRequest(_message.Message):
    __slots__ = ["block", "merge", "namespace"]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    block: Block
    merge: bool
    namespace: str
    def __init__(self, namespace: _Optional[str] = ..., block: _Optional[_Union[Block, _Mapping]] = ..., merge: bool = ...) -> None: ...

class UpdateBlockResponse(_message.Message):
    __slots__ = ["block"]
    BLOCK_FIELD_NUMBER: _ClassVar[int]
    block: Block
    def __init__(self, block: _Optional[_Union[Block, _Mapping]] = ...) -> None: ...

class BlockOrder(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

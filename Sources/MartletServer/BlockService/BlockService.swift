// Decides what block handlers are made of, and how types and schemas are shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletSeal
internal import MartletStore

/// Serves `martlet.v1.BlockService`.
struct BlockHandlers: BlockService {
  let backend: Backend
  let keys: KeyRing
}

extension MartletProto.BlockType {
  /// A type as it is stored.
  init(_ type: MartletStore.BlockType) {
    self.init()
    id = type.id.description
    namespace = type.namespace.name
    slug = type.slug
    name = type.name
    description = type.description
    logoURL = type.logoURL
    documentationURL = type.documentationURL
    codeExample = type.codeExample
    protected = type.isProtected
    createTime = type.createTime.timestamp
    updateTime = type.updateTime.timestamp
  }
}

extension MartletProto.BlockSchema {
  /// A schema as it is stored.
  init(_ schema: MartletStore.BlockSchema) {
    self.init()
    id = schema.id.description
    namespace = schema.namespace.name
    blockTypeID = schema.typeID.description
    blockTypeSlug = schema.typeSlug
    checksum = schema.checksum
    version = schema.version
    fields = schema.fields
    capabilities = schema.capabilities
    createTime = schema.createTime.timestamp
  }
}

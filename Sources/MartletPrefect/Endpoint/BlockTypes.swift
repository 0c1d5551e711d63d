// Decides how Prefect's block types are those of Martlet: the same slugs and names.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC

extension PrefectAPI {
  func createBlockType(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BlockTypeCreate = try request.body()
    guard !asked.name.lowercased().hasPrefix("prefect") else {
      throw PrefectFailure(403, "Block type names beginning with 'Prefect' are reserved.")
    }
    try await systemBlocks.install(with: services.blocks, request.context)
    var type = MartletProto.BlockType()
    type.slug = asked.slug
    type.name = asked.name
    type.logoURL = asked.logoUrl ?? ""
    type.documentationURL = asked.documentationUrl ?? ""
    type.description = asked.description ?? ""
    type.codeExample = asked.codeExample ?? ""
    do {
      let made = try await services.blocks.putBlockType(
        PutBlockTypeRequest(blockType: type, createOnly: true), context: request.context)
      return .created(try Shape.BlockType(made.blockType ?? type))
    } catch let status as Status where status.code == .alreadyExists {
      throw PrefectFailure(409, "Block type with name \"\(asked.name)\" already exists")
    }
  }

  func readBlockType(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.BlockType(try await blockType(request)))
  }

  func readBlockTypes(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await systemBlocks.install(with: services.blocks, request.context)
    let window = try ListWindow(request.body)
    let filter = try request.body.filter("block_types", as: Shape.BlockTypeFilter.self)
    if filter?.slug?.any?.isEmpty ?? false { return .ok([JSON]()) }
    var list = ListBlockTypesRequest()
    list.refs = filter?.slug?.any ?? []
    list.nameContains = filter?.name?.like ?? ""
    if let schemas = try request.body.filter("block_schemas", as: Shape.BlockSchemaFilter.self) {
      guard schemas.id == nil, schemas.version == nil, schemas.blockTypeID == nil else {
        throw PrefectFailure(
          501, "Martlet filters block types by the capabilities of schemas only.")
      }
      list.capabilities = schemas.blockCapabilities?.all ?? []
    }
    list.skip = window.skip
    var types: [MartletProto.BlockType] = []
    while let size = window.size(after: types.count) {
      list.pageSize = size
      let page = try await services.blocks.listBlockTypes(list, context: request.context)
      types += page.blockTypes
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return .ok(try types.map { type throws(PrefectFailure) in try Shape.BlockType(type) })
  }

  /// What is said changes.
  func updateBlockType(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BlockTypeUpdate = try request.body()
    var type = try await blockType(request)
    type.logoURL = asked.logoUrl ?? type.logoURL
    type.documentationURL = asked.documentationUrl ?? type.documentationURL
    type.description = asked.description ?? type.description
    type.codeExample = asked.codeExample ?? type.codeExample
    _ = try await services.blocks.putBlockType(
      PutBlockTypeRequest(blockType: type), context: request.context)
    return .done
  }

  func deleteBlockType(_ request: PrefectRequest) async throws -> PrefectResponse {
    let type = try await blockType(request)
    do {
      _ = try await services.blocks.deleteBlockType(
        DeleteBlockTypeRequest(ref: type.id), context: request.context)
    } catch let status as Status where status.reason == "BLOCK_TYPE_PROTECTED" {
      throw PrefectFailure(403, "protected block types cannot be deleted.")
    }
    return .done
  }

  func installSystemBlockTypes(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await systemBlocks.install(with: services.blocks, again: true, request.context)
    return PrefectResponse(body: .null)
  }

  /// A block type by the id or the slug of a path.
  func blockType(_ request: PrefectRequest) async throws -> MartletProto.BlockType {
    try await systemBlocks.install(with: services.blocks, request.context)
    let reference = try request.parameters["slug"] ?? request.id().text
    return try await blockType(reference, request.context)
  }

  /// A block type by its id or slug.
  func blockType(
    _ reference: String, _ context: CallContext
  ) async throws -> MartletProto.BlockType {
    do {
      let found = try await services.blocks.getBlockType(
        GetBlockTypeRequest(ref: reference), context: context)
      if let type = found.blockType { return type }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Block type not found")
  }
}

extension Shape.BlockType {
  /// A type of Martlet's.
  init(_ type: MartletProto.BlockType) throws(PrefectFailure) {
    guard let id = UUIDValue(text: type.id) else {
      throw PrefectFailure(404, "Block type not found")
    }
    self.init(id: id, name: type.name, slug: type.slug)
    created = type.createTime.map(Instant.init)
    updated = type.updateTime.map(Instant.init)
    logoUrl = type.logoURL.isEmpty ? nil : type.logoURL
    documentationUrl = type.documentationURL.isEmpty ? nil : type.documentationURL
    description = type.description.isEmpty ? nil : type.description
    codeExample = type.codeExample.isEmpty ? nil : type.codeExample
    isProtected = type.protected
  }
}

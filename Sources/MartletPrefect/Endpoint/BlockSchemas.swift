// Decides how Prefect's block schemas are those of Martlet: kept as they came, known by the checksum that Prefect counts.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC

extension PrefectAPI {
  func createBlockSchema(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BlockSchemaCreate = try request.body()
    let type = try await blockType(asked.blockTypeID.text, request.context)
    let fields = asked.fields ?? .object(JSONMembers())
    var schema = MartletProto.BlockSchema()
    schema.blockTypeID = type.id
    schema.checksum = BlockChecksum.checksum(of: fields)
    schema.version = asked.version ?? "non-versioned"
    schema.fields = fields.description
    schema.capabilities = asked.capabilities ?? []
    let put = try await services.blocks.putBlockSchema(
      PutBlockSchemaRequest(blockSchema: schema), context: request.context)
    return .created(
      try Shape.BlockSchema(put.blockSchema ?? schema, of: type), isNew: !put.existed)
  }

  func readBlockSchema(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await shown(try await schema(try request.id().text, request.context), request.context))
  }

  func readBlockSchemaByChecksum(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await systemBlocks.install(with: services.blocks, request.context)
    let asked = GetBlockSchemaRequest(
      checksum: request.parameters["checksum"] ?? "", version: request.query["version"] ?? "")
    return .ok(try await shown(try await schema(asked, request.context), request.context))
  }

  func readBlockSchemas(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await systemBlocks.install(with: services.blocks, request.context)
    let window = try ListWindow(request.body)
    var list = ListBlockSchemasRequest()
    if let filter = try request.body.filter("block_schemas", as: Shape.BlockSchemaFilter.self) {
      guard filter.operator != .or else {
        throw PrefectFailure(501, "Martlet does not filter block schemas by one or the other yet.")
      }
      for list in [
        filter.id?.any?.map(\.text), filter.blockTypeID?.any?.map(\.text), filter.version?.any,
      ]
      where list?.isEmpty ?? false { return .ok([JSON]()) }
      list.ids = filter.id?.any?.map(\.text) ?? []
      list.blockTypes = filter.blockTypeID?.any?.map(\.text) ?? []
      list.versions = filter.version?.any ?? []
      list.capabilities = filter.blockCapabilities?.all ?? []
    }
    list.skip = window.skip
    var schemas: [Shape.BlockSchema] = []
    while let size = window.size(after: schemas.count) {
      list.pageSize = size
      let page = try await services.blocks.listBlockSchemas(list, context: request.context)
      for schema in page.blockSchemas {
        schemas.append(try await shown(schema, request.context))
      }
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return .ok(schemas)
  }

  func deleteBlockSchema(_ request: PrefectRequest) async throws -> PrefectResponse {
    let schema = try await schema(try request.id().text, request.context)
    do {
      _ = try await services.blocks.deleteBlockSchema(
        DeleteBlockSchemaRequest(id: schema.id), context: request.context)
    } catch let status as Status where status.reason == "BLOCK_TYPE_PROTECTED" {
      throw PrefectFailure(403, "Block schemas for protected block types cannot be deleted.")
    }
    return .done
  }

  func readBlockCapabilities(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await systemBlocks.install(with: services.blocks, request.context)
    let found = try await services.blocks.listBlockCapabilities(
      ListBlockCapabilitiesRequest(), context: request.context)
    return .ok(found.capabilities)
  }

  /// A schema by its id.
  func schema(_ id: String, _ context: CallContext) async throws -> MartletProto.BlockSchema {
    try await schema(GetBlockSchemaRequest(id: id), context)
  }

  private func schema(
    _ asked: GetBlockSchemaRequest, _ context: CallContext
  ) async throws -> MartletProto.BlockSchema {
    do {
      let found = try await services.blocks.getBlockSchema(asked, context: context)
      if let schema = found.blockSchema { return schema }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Block schema not found")
  }

  private func shown(
    _ schema: MartletProto.BlockSchema, _ context: CallContext
  ) async throws -> Shape.BlockSchema {
    try Shape.BlockSchema(schema, of: try await blockType(schema.blockTypeID, context))
  }
}

extension Shape.BlockSchema {
  /// A schema of Martlet's.
  init(_ schema: MartletProto.BlockSchema, of type: MartletProto.BlockType) throws(PrefectFailure) {
    guard let id = UUIDValue(text: schema.id) else {
      throw PrefectFailure(404, "Block schema not found")
    }
    self.init(id: id, checksum: schema.checksum)
    created = schema.createTime.map(Instant.init)
    updated = created
    fields = try? JSON(parsing: schema.fields)
    blockTypeID = UUIDValue(text: schema.blockTypeID)
    blockType = try Shape.BlockType(type)
    capabilities = schema.capabilities
    version = schema.version
  }
}

// Decides how Prefect's block documents are those of Martlet. A block within a block is told by `$ref` where it comes in, and
// shown with its data where it goes out.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletWire

extension PrefectAPI {
  func createBlock(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BlockDocumentCreate = try request.body()
    let isAnonymous = asked.isAnonymous ?? false
    guard isAnonymous || asked.name != nil else {
      throw ShapeFault(
        location: ["body", "name"], message: "Names must be provided for block documents.",
        type: "value_error")
    }
    let isWellNamed = asked.name?.utf8.allSatisfy { byte in
      byte == UInt8(ascii: "-") || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
        || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }
    guard isWellNamed ?? true else {
      throw ShapeFault(
        location: ["body", "name"],
        message:
          "Block document name must only contain lowercase letters, numbers, and dashes.",
        type: "value_error")
    }
    var block = MartletProto.Block()
    block.name = asked.name ?? ""
    block.blockSchemaID = asked.blockSchemaID.text
    block.anonymous = isAnonymous
    try Self.fill(&block, with: asked.data)
    do {
      let made = try await services.blocks.createBlock(
        CreateBlockRequest(block: block), context: request.context)
      return .created(try await BlockReader(self, request.context).shown(made.block ?? block))
    } catch let status as Status where status.code == .alreadyExists {
      throw PrefectFailure(409, "Block already exists")
    } catch let status as Status {
      throw Self.failure(status)
    }
  }

  func readBlock(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await read(GetBlockRequest(id: try request.id().text), request)
  }

  func readBlockByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await read(
      GetBlockRequest(
        blockType: request.parameters["slug"] ?? "",
        name: request.parameters["block_document_name"] ?? ""), request)
  }

  private func read(
    _ asked: GetBlockRequest, _ request: PrefectRequest
  ) async throws -> PrefectResponse {
    var asked = asked
    asked.includeSecrets = Self.includesSecrets(request)
    do {
      let found = try await services.blocks.getBlock(asked, context: request.context)
      let reader = BlockReader(self, request.context, withSecrets: asked.includeSecrets)
      if let block = found.block { return .ok(try await reader.shown(block)) }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Block document not found")
  }

  /// What is said changes. A secret that comes back masked stays as it is.
  func updateBlock(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BlockDocumentUpdate = try request.body()
    var block = MartletProto.Block()
    block.id = try request.id().text
    block.blockSchemaID = asked.blockSchemaID?.text ?? ""
    try Self.fill(&block, with: asked.data)
    do {
      _ = try await services.blocks.updateBlock(
        UpdateBlockRequest(
          block: block, merge: asked.mergeExistingData ?? true || asked.data == nil),
        context: request.context)
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Block document not found")
    } catch let status as Status {
      throw Self.failure(status)
    }
    return .done
  }

  func deleteBlock(_ request: PrefectRequest) async throws -> PrefectResponse {
    do {
      _ = try await services.blocks.deleteBlock(
        DeleteBlockRequest(id: try request.id().text), context: request.context)
    } catch let status as Status where status.code == .notFound {
      throw PrefectFailure(404, "Block document not found")
    }
    return .done
  }

  static func includesSecrets(_ request: PrefectRequest) -> Bool {
    ["true", "1", "yes", "on", "t", "y"].contains(request.query["include_secrets"]?.lowercased())
  }

  /// Parts data into what a block holds and what it refers to.
  private static func fill(_ block: inout MartletProto.Block, with data: JSON?) throws {
    guard let data else { return }
    guard case .object(let members) = data else {
      throw ShapeFault(
        location: ["body", "data"], message: "Input should be a valid dictionary", type: "dict_type"
      )
    }
    var own = JSONMembers()
    for (name, value) in members.pairs {
      guard let reference = value["$ref"] else {
        own.set(JSONText(name), to: value)
        continue
      }
      guard case .string(let id)? = reference["block_document_id"] else {
        throw PrefectFailure(
          400, "Received block reference without a block_document_id in key \(name)")
      }
      block.references[name] = id.text
    }
    block.data = JSONObject(own)
  }

  /// What Prefect's server finds wrong with values, it finds wrong with 400.
  private static func failure(_ status: Status) -> PrefectFailure {
    let field = status.fieldViolations.first?.field ?? ""
    return field.hasPrefix("block.references") || field == "block.block_schema_id"
      ? PrefectFailure(400, status.message) : PrefectFailure(status)
  }
}

// Decides how Prefect's lists and counts of block documents are those of Martlet.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readBlocks(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.blockFilter(request.body) else { return .ok([JSON]()) }
    var list = ListBlocksRequest(filter: filter)
    list.includeSecrets = request.body["include_secrets"] == .bool(true)
    list.order =
      switch try request.body.sort(as: Shape.BlockDocumentSort.self) {
      case nil, .nameAsc: .name
      case .nameDesc: .nameDescending
      case .blockTypeAndNameAsc: .type
      }
    return .ok(try await blocks(list, try ListWindow(request.body), request.context))
  }

  func readBlocksOfType(_ request: PrefectRequest) async throws -> PrefectResponse {
    var filter = BlockFilter()
    filter.blockTypes = [try await blockType(request).id]
    let list = ListBlocksRequest(filter: filter, includeSecrets: Self.includesSecrets(request))
    return .ok(try await blocks(list, try ListWindow(.null), request.context))
  }

  func countBlocks(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.blockFilter(request.body) else { return .ok(0) }
    let counted = try await services.blocks.countBlocks(
      CountBlocksRequest(filter: filter), context: request.context)
    return .ok(Int(counted.count))
  }

  private func blocks(
    _ list: ListBlocksRequest, _ window: ListWindow, _ context: CallContext
  ) async throws -> [Shape.BlockDocument] {
    var list = list
    let reader = BlockReader(self, context, withSecrets: list.includeSecrets)
    list.skip = window.skip
    var blocks: [Shape.BlockDocument] = []
    while let size = window.size(after: blocks.count) {
      list.pageSize = size
      let page = try await services.blocks.listBlocks(list, context: context)
      for block in page.blocks { blocks.append(try await reader.shown(block)) }
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return blocks
  }

  /// The filters of a body; nil for those that take nothing. Anonymous ones are there when they are asked for.
  private static func blockFilter(_ body: JSON) throws -> BlockFilter? {
    var filter = BlockFilter()
    var types: [[String]] = []
    if let own = try body.filter("block_documents", as: Shape.BlockDocumentFilter.self) {
      guard own.operator != .or, own.isAnonymous?.eq != true else {
        throw PrefectFailure(501, "Martlet does not filter block documents like that yet.")
      }
      filter.includeAnonymous = body["block_documents"]?["is_anonymous"] == .null
      for list in [own.id?.any?.map(\.text), own.name?.any] where list?.isEmpty ?? false {
        return nil
      }
      filter.ids = own.id?.any?.map(\.text) ?? []
      filter.names = own.name?.any ?? []
      filter.nameContains = own.name?.like ?? ""
      if let ids = own.blockTypeID?.any { types.append(ids.map(\.text)) }
    }
    if let type = try body.filter("block_types", as: Shape.BlockTypeFilter.self) {
      if let slugs = type.slug?.any { types.append(slugs) }
      guard type.name?.like == nil else {
        throw PrefectFailure(
          501, "Martlet does not filter block documents by the names of types yet.")
      }
    }
    if let schema = try body.filter("block_schemas", as: Shape.BlockSchemaFilter.self) {
      guard schema.id == nil, schema.version == nil, schema.blockTypeID == nil else {
        throw PrefectFailure(
          501, "Martlet filters block documents by the capabilities of schemas only.")
      }
      filter.capabilities = schema.blockCapabilities?.all ?? []
    }
    guard types.count < 2 else {
      throw PrefectFailure(501, "Martlet filters block documents by ids of types or by slugs.")
    }
    if types.first?.isEmpty ?? false { return nil }
    filter.blockTypes = types.first ?? []
    return filter
  }
}

// Decides how Prefect's lists and counts of block documents are those of Martlet.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readBlocks(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try await blockFilter(request.body, request.context) else {
      return .ok([JSON]())
    }
    var list = ListBlocksRequest(filter: filter)
    list.includeSecrets = request.body.isTrue("include_secrets")
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
    guard let filter = try await blockFilter(request.body, request.context) else {
      return .ok(0)
    }
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
  private func blockFilter(
    _ body: JSON, _ context: CallContext
  ) async throws -> BlockFilter? {
    var filter = BlockFilter()
    var types: Set<String>?
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
      types = own.blockTypeID?.any.map { Set($0.map(\.text)) }
    }
    if let type = try body.filter("block_types", as: Shape.BlockTypeFilter.self) {
      let named = try await blockTypes(type, context)
      types = types?.intersection(named) ?? named
    }
    if let schema = try body.filter("block_schemas", as: Shape.BlockSchemaFilter.self) {
      guard schema.id == nil, schema.version == nil, schema.blockTypeID == nil else {
        throw PrefectFailure(
          501, "Martlet filters block documents by the capabilities of schemas only.")
      }
      filter.capabilities = schema.blockCapabilities?.all ?? []
    }
    if types?.isEmpty ?? false { return nil }
    filter.blockTypes = types?.sorted() ?? []
    return filter
  }

  /// The ids of the types that a filter asks for.
  private func blockTypes(
    _ filter: Shape.BlockTypeFilter, _ context: CallContext
  ) async throws -> Set<String> {
    if filter.slug?.any?.isEmpty ?? false { return [] }
    var list = ListBlockTypesRequest(pageSize: 1000)
    list.refs = filter.slug?.any ?? []
    list.nameContains = filter.name?.like ?? ""
    var types: Set<String> = []
    repeat {
      let page = try await services.blocks.listBlockTypes(list, context: context)
      types.formUnion(page.blockTypes.map(\.id))
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return types
  }
}

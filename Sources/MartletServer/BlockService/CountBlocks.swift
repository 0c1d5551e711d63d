// Decides how blocks are counted.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func countBlocks(_ request: CountBlocksRequest, context: CallContext) async throws
    -> CountBlocksResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      return CountBlocksResponse(
        count: try await backend.store.countBlocks(
          BlockQuery(request.filter, in: namespace), deadline: context.deadline))
    }
  }
}

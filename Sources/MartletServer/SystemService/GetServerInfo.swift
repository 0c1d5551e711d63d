// Decides what the server says of itself.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension SystemHandlers {
  func getServerInfo(_ request: GetServerInfoRequest, context: CallContext) async throws
    -> GetServerInfoResponse
  {
    try await answering {
      var info = info
      info.time = try await backend.store.ping(deadline: context.deadline).timestamp
      info.defaultNamespace = context.principal.namespace
      return info
    }
  }
}

// Decides how variables are listed: by name, as many as fit into a message.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension VariableHandlers {
  /// The bytes of values after which a page ends.
  private static let pageBytes = 2 << 20

  func listVariables(_ request: ListVariablesRequest, context: CallContext) async throws
    -> ListVariablesResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let size = try pageSize(request.pageSize, limit: 100)
      let found = try await backend.store.listVariables(
        in: namespace, after: request.pageToken, prefix: request.namePrefix, tags: request.tags,
        limit: size + 1, deadline: context.deadline)
      var bytes = 0
      let fitting = found.prefix(size).prefix { variable in
        bytes += variable.value.utf8.count
        return bytes <= Self.pageBytes
      }
      var response = ListVariablesResponse()
      response.variables = fitting.map(MartletProto.Variable.init)
      if fitting.count < found.count, let last = fitting.last { response.nextPageToken = last.name }
      return response
    }
  }
}

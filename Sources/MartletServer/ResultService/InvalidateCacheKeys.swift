// Decides which keys of the cache are forgotten.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  /// The most keys of a call.
  private static let limit = 1000

  func invalidateCacheKeys(_ request: InvalidateCacheKeysRequest, context: CallContext)
    async throws -> InvalidateCacheKeysResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard request.keys.count <= Self.limit else {
        throw InvalidValue("keys", "has more than \(Self.limit) keys")
      }
      guard !request.keys.isEmpty || !request.prefix.isEmpty else {
        throw InvalidValue("keys", "is empty: give keys or a prefix")
      }
      return InvalidateCacheKeysResponse(
        invalidated: Int64(
          try await backend.store.invalidateCacheKeys(
            request.keys, prefix: request.prefix, in: namespace, deadline: context.deadline)))
    }
  }
}

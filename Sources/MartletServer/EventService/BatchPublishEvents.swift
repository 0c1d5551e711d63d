// Decides how events are written in one call.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func batchPublishEvents(_ request: BatchPublishEventsRequest, context: CallContext) async throws
    -> BatchPublishEventsResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let published = try await publish(request.events, namespace, context)
      return BatchPublishEventsResponse(
        published: published.new, duplicates: published.old, failures: published.failures)
    }
  }
}

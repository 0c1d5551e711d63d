// Decides how a stream of events is written: each message is durable before the next is read, and the first event
// that cannot be stored ends the stream.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func publishEvents(_ requests: MessageStream<PublishEventsRequest>, context: CallContext)
    async throws -> PublishEventsResponse
  {
    try await answering {
      var namespace: Namespace?
      var response = PublishEventsResponse()
      while let request = try await requests.next() {
        let space = try namespace ?? backend.namespace(request.namespace, context)
        namespace = space
        let published = try await publish(request.events, space, context)
        if let failure = published.failures.first {
          throw InvalidValue("events[\(failure.index)].\(failure.field)", failure.message)
        }
        response.published += published.new
        response.duplicates += published.old
      }
      return response
    }
  }
}

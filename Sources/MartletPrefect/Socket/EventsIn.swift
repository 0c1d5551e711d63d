// Decides how events of a client are taken: in their order, as many at once as have come, and confirmed only when they are
// stored. A pong answers a ping, and the close frame a close, after all that came before it is committed: the client keeps
// what is not confirmed and sends it again. Nothing is read meanwhile beyond a bound, so a slow store slows the client.

internal import Logging
internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC

/// A client's stream of events.
struct EventsIn {
  /// The most events in one step.
  private static let step = 500
  /// How long an unavailable store is asked again before the client is sent away.
  private static let patience = Duration.seconds(30)

  let api: PrefectAPI
  let socket: WebSocket
  let context: CallContext

  /// Serves until the client closes.
  ///
  /// - Parameter first: what came already.
  func run(_ first: [WebSocket.Message]) async throws {
    let recorder = TaskRunRecorder(services: api.services, context: context)
    var messages = first
    while true {
      var events: [ClientEvent] = []
      for message in messages {
        switch message {
        case .text(let text):
          if let event = ClientEvent(text) {
            events.append(event)
          } else {
            api.logger.warning("an event that is none is passed over")
          }
          if events.count == Self.step { try await store(&events, recorder) }
        case .ping(let payload):
          try await store(&events, recorder, isWhole: true)
          try await socket.pong(payload)
        case .end:
          try await store(&events, recorder, isWhole: true)
          return await socket.close(1000)
        }
      }
      try await store(&events, recorder)
      messages = await socket.next()
      if messages.isEmpty { return }
    }
  }

  /// Stores events; while the store is unavailable, again.
  ///
  /// - Parameter isWhole: Whether an event that follows one that has not come is stored too.
  private func store(
    _ events: inout [ClientEvent], _ recorder: TaskRunRecorder, isWhole: Bool = false
  ) async throws {
    defer { events = [] }
    if events.isEmpty, !(isWhole && recorder.isWaiting) { return }
    let end = ContinuousClock.now + Self.patience
    while true {
      do {
        return try await publish(try await recorder.record(events, isWhole: isWhole))
      } catch let status as Status
        where status.code == .unavailable || status.code == .resourceExhausted
      {
        let delay = status.retryAfter ?? .milliseconds(250)
        guard ContinuousClock.now + delay < end else { throw status }
        try await Task.sleep(for: delay)
      }
    }
  }

  /// Stores events as what they are; repeats are known by their ids.
  private func publish(_ events: [ClientEvent]) async throws {
    if events.isEmpty { return }
    let response = try await api.services.events.batchPublishEvents(
      BatchPublishEventsRequest(events: events.map(\.event)), context: context)
    for failure in response.failures {
      api.logger.warning(
        "an event cannot be stored",
        metadata: [
          "event": "\(events[Int(failure.index)].event.name)", "error": "\(failure.message)",
        ])
    }
  }
}

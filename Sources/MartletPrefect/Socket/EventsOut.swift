// Decides how a subscriber hears of events: first what happened since the time that it names, then what happens, each once.
// It follows Martlet's own watch, which goes on where it was; a slow reader holds that up, and nothing is dropped.

internal import Logging
internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC

/// A subscription to events.
struct EventsOut {
  /// The most events from before.
  private static let mostBefore = 1000

  let api: PrefectAPI
  let socket: WebSocket
  let context: CallContext

  /// Serves until the client closes.
  ///
  /// - Parameter first: what came already.
  func run(_ first: [WebSocket.Message]) async throws {
    try await Subscription(socket: socket).serve(first) { said in
      let filter = EventsOutFilter(said["filter"] ?? .null)
      let teller = EventTeller(api: api, context: context, filter: filter)
      try await watch(teller, wantsBefore: said["backfill"] != .bool(false))
    }
  }

  private func watch(_ teller: EventTeller, wantsBefore: Bool) async throws {
    let request = WatchEventsRequest(filter: teller.filter.text)
    let socket = socket
    let writer = MessageWriter<WatchEventsResponse> { response in
      // The first bookmark tells that the watch has begun: what happened before it is looked up, and may come twice.
      let events =
        await teller.begin() && wantsBefore
        ? try await teller.before(Self.mostBefore) : response.events
      for event in events {
        guard let told = try await teller.told(event) else { continue }
        try await socket.send(
          JSON.object([("type", .text("event")), ("event", told.json)]).description)
      }
    }
    try await api.services.events.watchEvents(request, to: writer, context: context)
  }
}

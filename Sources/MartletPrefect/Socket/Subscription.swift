// Decides how a subscription begins and ends: by a text with a filter, and when either side closes.

internal import MartletHTTP
internal import MartletModel

/// A WebSocket on which a client says once what it wants to hear.
struct Subscription: Sendable {
  let socket: WebSocket

  /// Serves until the client closes, or nothing follows.
  ///
  /// - Parameters:
  ///   - first: what came already.
  ///   - tell: tells what the client wants to hear; cancelled when it closes.
  func serve(
    _ first: [WebSocket.Message], _ tell: @escaping @Sendable (JSON) async throws -> Void
  ) async throws {
    guard let (said, rest) = try await request(first) else { return }
    guard said["type"] == .text("filter"), said["filter"]?.members != nil else {
      return await socket.close(1002, "Expected 'filter' message")
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await listen(rest) }
      group.addTask { try await tell(said) }
      defer { group.cancelAll() }
      try await group.next()
    }
    await socket.close(1000)
  }

  /// The first text; nil when there is none.
  private func request(
    _ first: [WebSocket.Message]
  ) async throws -> (JSON, rest: [WebSocket.Message])? {
    var messages = first
    while true {
      for (index, message) in messages.enumerated() {
        switch message {
        case .ping(let payload): try await socket.pong(payload)
        case .end:
          await socket.close(1000)
          return nil
        case .text(let text):
          return ((try? JSON(parsing: text)) ?? .null, Array(messages[(index + 1)...]))
        }
      }
      messages = await socket.next()
      if messages.isEmpty { return nil }
    }
  }

  /// Answers pings until the client closes; what else it says means nothing here.
  private func listen(_ first: [WebSocket.Message]) async throws {
    var messages = first
    while true {
      for message in messages {
        switch message {
        case .ping(let payload): try await socket.pong(payload)
        case .text: break
        case .end: return
        }
      }
      messages = await socket.next()
      if messages.isEmpty { return }
    }
  }
}

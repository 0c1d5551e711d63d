// Decides which WebSockets there are and how each begins: the subprotocol, then a first text that says who it is.

internal import Logging
internal import MartletCall
public import MartletHTTP
internal import MartletModel
internal import MartletRPC
internal import NIOCore

/// A WebSocket of Prefect's, by its path.
enum PrefectSocket: Sendable {
  /// Events of a client: everything about its task runs.
  case eventsIn
  /// Events for a client that subscribes to them.
  case eventsOut
  /// Lines of a log for a client that subscribes to them.
  case logsOut
  /// Background tasks for a task worker.
  case backgroundTasks
  /// The channel of a worker of a pool.
  case worker(pool: String)

  /// The WebSocket of a path below the root of the API, still percent-encoded; nil when there is none.
  init?(path: String) {
    let parts = Operation.parts(of: path)
    switch parts.count {
    case 2 where path == "/events/in": self = .eventsIn
    case 2 where path == "/events/out": self = .eventsOut
    case 2 where path == "/logs/out": self = .logsOut
    case 3 where path == "/task_runs/subscriptions/scheduled": self = .backgroundTasks
    case 4 where parts[0] == "work_pools" && parts[2] == "workers" && parts[3] == "connect":
      guard let pool = Routes.unescaped(parts[1]), !pool.isEmpty else { return nil }
      self = .worker(pool: pool)
    default: return nil
    }
  }
}

extension PrefectAPI {
  /// Judges a request that asks for a WebSocket; see `HTTPUpgrade`.
  ///
  /// Those that are not served are answered as any request: 404 or 405, after which Prefect's worker does without.
  public func judge(_ head: HTTPRequestHead) -> HTTPUpgrade.Answer {
    let path = String(head.path.prefix { $0 != "?" })
    guard path.hasPrefix(Self.root + "/"),
      let socket = PrefectSocket(path: String(path.dropFirst(Self.root.count))),
      policy.origins.refusal(authority: head.authority, origin: head.fields["origin"]) == nil
    else { return .decline }
    let speaks = WebSocketHandshake.protocols(of: head).contains("prefect")
    guard let fields = WebSocketHandshake.answer(head, speaking: speaks ? "prefect" : nil) else {
      return .decline
    }
    let authorization = head.fields["authorization"]
    let limit = policy.maxBody
    return .accept(fields) { [self] channel, peer in
      try WebSocket.install(on: channel, maxMessage: limit) { [self] webSocket in
        await serve(
          socket, webSocket, authorization: authorization, peer: peer, saysWho: speaks)
      }
    }
  }

  private func serve(
    _ socket: PrefectSocket, _ webSocket: WebSocket, authorization: String?, peer: HTTPPeer,
    saysWho: Bool
  ) async {
    do {
      var messages: [WebSocket.Message] = []
      var authorization = authorization
      if saysWho {
        guard let (token, rest) = try await greeting(webSocket) else {
          return await webSocket.close(1008, "Expected 'auth' message")
        }
        if let token { authorization = "Bearer \(token)" }
        messages = rest
      }
      let context: CallContext
      do throws(Status) {
        context = try await self.context(authorization: authorization, peer: peer)
      } catch {
        return await webSocket.close(1008, error.message)
      }
      if saysWho { try await webSocket.send(#"{"type":"auth_success"}"#) }
      switch socket {
      case .eventsIn:
        try await EventsIn(api: self, socket: webSocket, context: context).run(messages)
      case .eventsOut:
        try await EventsOut(api: self, socket: webSocket, context: context).run(messages)
      case .logsOut:
        try await LogsOut(api: self, socket: webSocket, context: context).run(messages)
      case .backgroundTasks:
        try await BackgroundTasks(api: self, socket: webSocket, context: context).run(messages)
      case .worker(let pool):
        try await WorkerChannel(api: self, socket: webSocket, context: context, pool: pool)
          .run(messages)
      }
    } catch {
      // The peer has gone, or what it sent could not be stored: it sends again what was not confirmed.
      logger.debug("a WebSocket ended", metadata: ["error": "\(error)"])
      await webSocket.close(1011, "not now: connect again")
    }
  }

  /// Reads the first text, and answers the pings before it: nothing came that could be lost.
  ///
  /// - Returns: the token that it shows and what came behind it; nil when it is no greeting.
  private func greeting(
    _ socket: WebSocket
  ) async throws -> (token: String?, rest: [WebSocket.Message])? {
    while true {
      let messages = await socket.next()
      if messages.isEmpty { return nil }
      for (index, message) in messages.enumerated() {
        switch message {
        case .ping(let payload): try await socket.pong(payload)
        case .end: return nil
        case .text(let text):
          guard let json = try? JSON(parsing: text), json["type"] == .text("auth") else {
            return nil
          }
          var token: String?
          if case .string(let shown)? = json["token"] { token = shown.text }
          return (token, Array(messages[(index + 1)...]))
        }
      }
    }
  }
}

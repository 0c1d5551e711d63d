// Decides how a WebSocket is read and written by a task: everything that has come at once, and nothing more is read from
// the peer while too much of it waits.

internal import NIOConcurrencyHelpers
public import NIOCore
internal import NIOWebSocket

/// The server's end of a WebSocket.
public final class WebSocket: Sendable {
  /// What comes from the peer.
  public enum Message: Sendable, Equatable {
    /// A text.
    case text(String)
    /// A ping, to be answered with its payload when all that came before is done.
    case ping([UInt8])
    /// The peer has closed, or the server is going: nothing follows. Answer with `close`.
    case end
  }

  private struct State {
    var messages: [Message] = []
    var waiting = 0
    var isOver = false
    var isReadHeld = false
    var reader: CheckedContinuation<Void, Never>?
  }

  /// How many bytes may wait for their reader before the peer is held back.
  static let highWaterMark = 1 << 20
  private let state = NIOLockedValueBox(State())
  private let channel: any Channel

  /// Makes the end that sits on a channel.
  init(_ channel: any Channel) { self.channel = channel }

  /// Takes a channel over that has left HTTP, and runs a task with it, at whose end the connection is closed.
  ///
  /// - Parameter maxMessage: the longest message, in bytes; a longer one ends the connection.
  public static func install(
    on channel: any Channel, maxMessage: Int,
    _ serve: @escaping @Sendable (WebSocket) async -> Void
  ) throws {
    let socket = WebSocket(channel)
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandlers([
      ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: maxMessage)),
      WebSocketMaskCheck(),
      WebSocketFrameEncoder(),
      NIOWebSocketFrameAggregator(
        minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 4096,
        maxAccumulatedFrameSize: maxMessage),
      WebSocketHandler(socket),
    ])
    Task {
      await serve(socket)
      channel.close(promise: nil)
    }
  }

  /// Whether what waits is so much that the peer must be held back; then `read` is called on the channel later.
  func holdsRead() -> Bool {
    state.withLockedValue { state in
      guard state.waiting >= Self.highWaterMark, !state.isOver else { return false }
      state.isReadHeld = true
      return true
    }
  }

  /// Whether the peer is held back until the next `next`.
  var holdsPeerBack: Bool { state.withLockedValue(\.isReadHeld) }

  /// Takes what came from the peer.
  func received(_ message: Message, size: Int) {
    let reader = state.withLockedValue { state in
      guard !state.isOver else { return nil as CheckedContinuation<Void, Never>? }
      state.messages.append(message)
      state.waiting += size
      state.isOver = message == .end
      return state.reader.take()
    }
    reader?.resume()
  }

  /// Everything that has come since the last call, in order, and at least one message; empty when nothing follows.
  public func next() async -> [Message] {
    await withCheckedContinuation { continuation in
      let isReady = state.withLockedValue { state in
        if state.messages.isEmpty, !state.isOver {
          state.reader = continuation
          return false
        }
        return true
      }
      if isReady { continuation.resume() }
    }
    let (messages, wasHeld) = state.withLockedValue { state in
      defer {
        state.messages = []
        state.waiting = 0
        state.isReadHeld = false
      }
      return (state.messages, state.isReadHeld)
    }
    if wasHeld { channel.eventLoop.execute { [channel] in channel.read() } }
    return messages
  }

  /// Sends a text; returns when it has gone to the system.
  ///
  /// - Throws: when the connection is gone.
  public func send(_ text: String) async throws {
    try await channel.writeAndFlush(
      WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text)))
  }

  /// Answers a ping.
  public func pong(_ payload: [UInt8]) async throws {
    try await channel.writeAndFlush(
      WebSocketFrame(fin: true, opcode: .pong, data: ByteBuffer(bytes: payload)))
  }

  /// Says that nothing follows; the connection is closed when the task of the socket ends.
  ///
  /// - Parameters:
  ///   - code: RFC 6455, 7.4: 1000 for a good end, 1001 when the server goes, 1008 for a breach of policy.
  ///   - reason: one line.
  public func close(_ code: UInt16, _ reason: String = "") async {
    var data = ByteBuffer(integer: code)
    data.writeString(String(reason.prefix(100)))
    try? await channel.writeAndFlush(
      WebSocketFrame(fin: true, opcode: .connectionClose, data: data))
  }
}

extension Optional {
  fileprivate mutating func take() -> Wrapped? {
    defer { self = nil }
    return self
  }
}

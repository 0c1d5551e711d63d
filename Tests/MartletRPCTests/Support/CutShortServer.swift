// Decides how tests play a server that ends calls at a chosen point, byte by byte as a crash would.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// A listener that cuts the first call short and answers the others.
final class CutShortServer: Sendable {
  /// Where the first call ends.
  enum Cut: String, CaseIterable {
    /// The connection, before it has begun.
    case beforeSettings
    /// The stream, without having been looked at (REFUSED_STREAM).
    case refused
    /// The connection, after a GOAWAY that names no stream as taken.
    case goAwayBefore
    /// The connection, after a GOAWAY that names this stream as taken.
    case goAwayAfter
    /// The connection, as the request has come.
    case atRequest
    /// The connection, after the head of the response.
    case afterHead
    /// The connection, in the middle of the response's message.
    case inMessage
    /// The connection, after the message and before its status.
    case beforeStatus

    /// Whether the client can know that the call was not begun.
    var isSurelyUnprocessed: Bool {
      switch self {
      case .beforeSettings, .refused, .goAwayBefore: true
      case .goAwayAfter, .atRequest, .afterHead, .inMessage, .beforeStatus: false
      }
    }
  }

  /// Calls that came, the first included.
  let calls = NIOLockedValueBox(0)
  private let isCut = NIOLockedValueBox(false)
  private let cut: Cut
  private let channel = NIOLockedValueBox<(any Channel)?>(nil)

  private init(_ cut: Cut) { self.cut = cut }

  static func start(_ cut: Cut) async throws -> CutShortServer {
    let server = CutShortServer(cut)
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Frames(server))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    server.channel.withLockedValue { $0 = channel }
    return server
  }

  var endpoint: HTTPEndpoint {
    .tcp(
      host: "127.0.0.1", port: channel.withLockedValue { $0?.localAddress?.port } ?? 0)
  }

  func stop() async { try? await channel.withLockedValue { $0 }?.close() }

  /// True for the first who asks.
  private func takesCut() -> Bool {
    isCut.withLockedValue { cut in
      defer { cut = true }
      return !cut
    }
  }

  /// What is written for a call, and whether the connection ends then.
  private func answer(to stream: UInt32) -> (bytes: [UInt8], ends: Bool) {
    let whole = Self.head(stream) + Self.frame(0, stream, Self.message)
    let status = Self.frame(1, flags: 5, stream, Self.field("grpc-status", "0"))
    guard takesCut() else { return (whole + status, false) }
    switch cut {
    case .beforeSettings: return ([], true)
    case .refused: return (Self.frame(3, stream, [0, 0, 0, 7]), false)
    case .goAwayBefore: return (Self.frame(7, 0, [UInt8](repeating: 0, count: 8)), true)
    case .goAwayAfter: return (Self.frame(7, 0, [0, 0, 0, UInt8(stream), 0, 0, 0, 0]), true)
    case .atRequest: return ([], true)
    case .afterHead: return (Self.head(stream), true)
    case .inMessage:
      return (Self.head(stream) + Self.frame(0, stream, Array(Self.message.prefix(6))), true)
    case .beforeStatus: return (whole, true)
    }
  }

  /// A response whose payload is one byte, 7.
  private static let message: [UInt8] = [0, 0, 0, 0, 3, 10, 1, 7]

  private static func head(_ stream: UInt32) -> [UInt8] {
    // 0x88 is `:status: 200` (RFC 7541, Appendix A).
    frame(1, flags: 4, stream, [0x88] + field("content-type", "application/grpc"))
  }

  private static func field(_ name: String, _ value: String) -> [UInt8] {
    [0, UInt8(name.utf8.count)] + name.utf8 + [UInt8(value.utf8.count)] + value.utf8
  }

  private static func frame(
    _ type: UInt8, flags: UInt8 = 0, _ stream: UInt32, _ payload: [UInt8]
  ) -> [UInt8] {
    [0, 0, UInt8(payload.count), type, flags, 0, 0, 0, UInt8(stream)] + payload
  }

  /// Reads frames and answers calls as their last frame comes.
  private final class Frames: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private static let preface = 24
    private let server: CutShortServer
    private var bytes = ByteBuffer()
    private var hasPreface = false

    init(_ server: CutShortServer) { self.server = server }

    func channelActive(context: ChannelHandlerContext) {
      if server.cut == .beforeSettings, server.takesCut() {
        return context.close(promise: nil)
      }
      write(CutShortServer.frame(4, 0, []), context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      var piece = unwrapInboundIn(data)
      bytes.writeBuffer(&piece)
      if !hasPreface {
        guard bytes.readSlice(length: Self.preface) != nil else { return }
        hasPreface = true
      }
      while let length = bytes.getInteger(at: bytes.readerIndex, as: UInt32.self),
        let frame = bytes.readSlice(length: 9 + Int(length >> 8))
      {
        let (type, flags) = (
          UInt8(truncatingIfNeeded: length), frame.getInteger(at: 4, as: UInt8.self) ?? 0
        )
        let stream = frame.getInteger(at: 5, as: UInt32.self) ?? 0
        if type == 4, flags & 1 == 0 { write(CutShortServer.frame(4, flags: 1, 0, []), context) }
        if type == 0, flags & 1 == 1 { called(stream, context) }
      }
    }

    private func called(_ stream: UInt32, _ context: ChannelHandlerContext) {
      server.calls.withLockedValue { $0 += 1 }
      let (bytes, ends) = server.answer(to: stream)
      let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes))).whenComplete { _ in
        if ends { bound.value.close(promise: nil) }
      }
    }

    private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
      context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
      context.close(promise: nil)
    }
  }
}

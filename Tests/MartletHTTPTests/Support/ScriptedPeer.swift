// Decides how tests play a server of their own: frames in, bytes out.

import MartletHTTP
import NIOCore
import NIOPosix

/// A listener that answers as a script says.
struct ScriptedPeer {
  let channel: any Channel

  static func start(
    _ script: @escaping @Sendable ([RawFrames.Frame], any Channel) -> Void
  ) async throws -> ScriptedPeer {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(ScriptHandler(script))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    return ScriptedPeer(channel: channel)
  }

  var endpoint: HTTPEndpoint { .tcp(host: "127.0.0.1", port: channel.localAddress?.port ?? 0) }

  func stop() async { try? await channel.close() }
}

/// Gives whole frames to a script.
private final class ScriptHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  private let script: @Sendable ([RawFrames.Frame], any Channel) -> Void
  private var bytes: [UInt8] = []
  private var hasPreface = false

  init(_ script: @escaping @Sendable ([RawFrames.Frame], any Channel) -> Void) {
    self.script = script
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    bytes.append(contentsOf: unwrapInboundIn(data).readableBytesView)
    if !hasPreface {
      guard bytes.count >= RawFrames.preface.count else { return }
      bytes.removeFirst(RawFrames.preface.count)
      hasPreface = true
    }
    let frames = RawFrames.parse(bytes)
    bytes.removeFirst(frames.reduce(0) { $0 + 9 + $1.payload.count })
    script(frames, context.channel)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

// Decides how a connection meets the bytes of a stranger: without sockets, in pieces that the first bytes choose,
// with a handler that echoes; at the end the connection is closed, every exchange must have been told, and nothing may hold
// the connection any more.

import MartletHTTP
import NIOCore
import NIOEmbedded

/// Connections of strangers.
enum ConnectionFuzzing {
  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  static func http2(_ bytes: UnsafeRawBufferPointer) { serve(bytes, after: preface) }

  static func http1(_ bytes: UnsafeRawBufferPointer) { serve(bytes, after: []) }

  private static func serve(_ bytes: UnsafeRawBufferPointer, after start: [UInt8]) {
    weak let left = served(bytes, after: start)
    precondition(left == nil, "the connection outlives its channel")
  }

  /// Serves one connection to its end; its handler, which only the connection may still hold.
  private static func served(_ bytes: UnsafeRawBufferPointer, after start: [UInt8]) -> Echo? {
    guard let choice = bytes.first else { return nil }
    let size = [1, 3, 9, 64, 4096][Int(choice) % 5]
    let channel = EmbeddedChannel()
    let handler = Echo()
    var limits = HTTPLimits()
    limits.headerListSize = 1024
    limits.concurrentStreams = 16
    do {
      try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
      try ConnectionPipeline(
        handler: handler, executors: LoopExecutorGroup(channel.embeddedEventLoop), limits: limits
      ).prepare(channel)
    } catch {
      preconditionFailure("no connection: \(error)")
    }
    if !start.isEmpty { send(start[...], to: channel) }
    var rest = Array(bytes.dropFirst())[...]
    while !rest.isEmpty, channel.isActive {
      send(rest.prefix(size), to: channel)
      rest = rest.dropFirst(size)
    }
    channel.close(promise: nil)
    // What was put off past the connection's end holds it until then, and `finish` would drop it unrun.
    channel.embeddedEventLoop.advanceTime(by: .hours(1))
    _ = try? channel.finish(acceptAlreadyClosed: true)
    precondition(handler.open == 0, "\(handler.open) exchanges were not told of their end")
    return handler
  }

  private static func send(_ bytes: ArraySlice<UInt8>, to channel: EmbeddedChannel) {
    _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    channel.embeddedEventLoop.run()
    while (try? channel.readOutbound(as: ByteBuffer.self)) != nil {}
  }
}

/// Echoes bodies, and counts exchanges that are open.
///
/// `@unchecked Sendable`: used by one thread, that of the fuzzer.
private final class Echo: HTTPHandler, @unchecked Sendable {
  var open = 0

  func accept(
    _ head: HTTPRequestHead, on stream: any HTTPServerStream
  ) -> any HTTPStreamDelegate {
    open += 1
    return EchoExchange(self, stream)
  }
}

private final class EchoExchange: HTTPStreamDelegate {
  private let handler: Echo
  private let stream: any HTTPServerStream

  init(_ handler: Echo, _ stream: any HTTPServerStream) {
    self.handler = handler
    self.stream = stream
    stream.respond(HTTPResponseHead(status: 200, fields: ["x": "y"]))
  }

  func streamReceived(_ bytes: inout ByteBuffer) {
    stream.consumed(bytes.readableBytes)
    stream.send(bytes)
  }
  func streamReceivedEnd(trailers: HTTPFields?) { stream.finish(trailers: trailers) }
  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) { handler.open -= 1 }
}

// Decides how a test speaks bytes to a server: whatever they are, in whatever pieces.

import Glibc
import NIOCore
import NIOPosix

/// A TCP connection of bytes.
final class RawConnection: Sendable {
  private let channel: any Channel
  private let inbox: Inbox

  private init(channel: any Channel, inbox: Inbox) {
    self.channel = channel
    self.inbox = inbox
  }

  /// Connects; one that does not read leaves everything to the system's buffers.
  static func connect(port: Int, reads: Bool = true) async throws -> RawConnection {
    let inbox = Inbox()
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: reads)
      .channelOption(.socketOption(.so_rcvbuf), value: reads ? 1 << 20 : 1 << 12)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(InboxHandler(inbox))
        }
      }
      .connect(host: "127.0.0.1", port: port).get()
    return RawConnection(channel: channel, inbox: inbox)
  }

  func send(_ text: String) async throws { try await send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) async throws {
    try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
  }

  /// Sends, and does not mind when the peer has gone.
  func trySend(_ bytes: [UInt8]) async -> Bool {
    do {
      try await send(bytes)
      return true
    } catch { return false }
  }

  /// Sends every byte in a packet of its own.
  func sendByteByByte(_ bytes: [UInt8]) async throws {
    for byte in bytes { try await send([byte]) }
  }

  /// Everything until the peer closes.
  func readToEnd() async -> [UInt8] { await inbox.read { _, ended in ended } }

  func readTextToEnd() async -> String { String(decoding: await readToEnd(), as: UTF8.self) }

  /// Everything until the text has come, or the peer closes.
  func read(until text: String) async -> String {
    let wanted = Array(text.utf8)
    return String(
      decoding: await inbox.read { bytes, ended in ended || contains(bytes, wanted) },
      as: UTF8.self)
  }

  /// Everything until that many bytes have come, or the peer closes.
  func read(atLeast count: Int) async -> [UInt8] {
    await inbox.read { bytes, ended in ended || bytes.count >= count }
  }

  /// Everything until `enough` says so.
  func read(_ enough: @escaping @Sendable ([UInt8], Bool) -> Bool) async -> [UInt8] {
    await inbox.read(enough)
  }

  func close() { channel.close(promise: nil) }

  /// Closes with a reset.
  func abort() async throws {
    let socket = channel as? any SocketOptionProvider
    try await socket?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
    channel.close(promise: nil)
  }
}

private func contains(_ bytes: [UInt8], _ wanted: [UInt8]) -> Bool {
  guard bytes.count >= wanted.count else { return false }
  return (0...(bytes.count - wanted.count)).contains {
    bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
  }
}

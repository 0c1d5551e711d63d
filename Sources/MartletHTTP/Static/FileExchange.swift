// Decides how a file goes out: in pieces that are read off the event loop, each when the last has room to leave.

import NIOCore

/// A request for a file.
///
/// `@unchecked Sendable`: touched on the stream's loop only; the task prefers that loop's executor and leaves it
/// only to read.
final class FileExchange: HTTPStreamDelegate, @unchecked Sendable {
  /// A response.
  struct Answer: Sendable {
    var head: HTTPResponseHead
    /// The bytes that follow.
    var content: (source: any FileContent, bytes: Range<Int>)?
  }

  private static let piece = 64 << 10
  private let stream: any HTTPServerStream
  private var isClosed = false
  private var writer: CheckedContinuation<Void, Never>?

  init(on stream: any HTTPServerStream, _ answer: @escaping @Sendable () -> Answer) {
    self.stream = stream
    Task(executorPreference: stream.executor) { [self] in await run(answer) }
  }

  private func run(_ answer: @escaping @Sendable () -> Answer) async {
    guard let answer = try? await offLoop(answer), !isClosed else { return }
    stream.respond(answer.head)
    if let (source, bytes) = answer.content { await send(source, bytes) }
    if !isClosed { stream.finish(trailers: nil) }
  }

  private func send(_ source: any FileContent, _ bytes: Range<Int>) async {
    var rest = bytes
    while !rest.isEmpty, !isClosed {
      let next = rest.prefix(Self.piece)
      let wanted = next.startIndex..<next.endIndex
      guard let piece = try? await offLoop({ source.read(wanted) }) else { return }
      guard !isClosed else { return }
      // A file that was cut while it was sent: what was promised cannot be kept.
      guard piece.readableBytes == wanted.count else { return stream.reset(2) }
      stream.send(piece)
      rest = rest.dropFirst(wanted.count)
      if !stream.isWritable { await withCheckedContinuation { writer = $0 } }
    }
  }

  private func wake() {
    let waiting = writer
    writer = nil
    waiting?.resume()
  }

  func streamReceived(_ bytes: inout ByteBuffer) { stream.consumed(bytes.readableBytes) }
  func streamReceivedEnd(trailers: HTTPFields?) {}
  func streamBecameWritable() { wake() }

  func streamClosed(_ error: HTTPStreamError?) {
    isClosed = true
    wake()
  }
}

// Decides how a streaming call is read and written from any thread: a lock guards what the caller touches,
// and the loop is woken once for many messages.

import MartletCall
import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore

/// A streaming call, seen from the client.
///
/// `@unchecked Sendable`: beyond its superclass's variables everything mutable is behind `shared`.
final class StreamingClientCall: ClientCallCore, @unchecked Sendable {
  /// Bytes that may wait to be sent before a writer waits.
  private static let outboxLimit = 256 << 10
  /// Credit smaller than this is given back together with more.
  private static let creditStep = 16 << 10

  private struct Shared {
    var inbox: MessageAssembler
    var withheld = 0
    var owed = 0
    var outbox: [ByteBuffer] = []
    var outboxBytes = 0
    /// What was sent, until the server has begun the call; nil when that is too much to be sent again.
    var sent: [ByteBuffer]? = []
    var sentBytes = 0
    var wakeRequested = false
    var isBlocked = false
    var requestsEnded = false
    var outcome: Result<Void, Status>?
    var reader: CheckedContinuation<Void, Never>?
    var writers: [CheckedContinuation<Void, Never>] = []
  }
  private let shared: NIOLockedValueBox<Shared>

  override init(_ channel: ChannelCore, _ method: MethodDescriptor, _ options: CallOptions) {
    shared = NIOLockedValueBox(
      Shared(inbox: MessageAssembler(limit: channel.configuration.sizes.received)))
    super.init(channel, method, options)
  }

  // MARK: The caller's side

  /// The next response's bytes; nil after the server's OK.
  func next() async throws -> EncodedMessage? {
    while true {
      try Task.checkCancellation()
      enum Step { case message(EncodedMessage, wakes: Bool), end, wait }
      let step = try shared.withLockedValue { shared throws -> Step in
        if let message = try shared.inbox.next() {
          let used = min(
            shared.withheld, message.bytes.readableBytes + MessageAssembler.prefix)
          shared.withheld -= used
          shared.owed += used
          let wakes =
            shared.owed >= Self.creditStep || (shared.owed > 0 && !shared.inbox.hasMessage)
          return .message(message, wakes: wakes && Self.requestWake(&shared))
        }
        switch shared.outcome {
        case .failure(let status): throw status
        case .success:
          guard shared.inbox.pending == 0 else {
            throw Status(.internal, "the response ended inside a message")
          }
          return .end
        case nil:
          if shared.reader != nil {
            throw Status(.internal, "two tasks read the responses of one call")
          }
          return .wait
        }
      }
      switch step {
      case .message(let message, let wakes):
        if wakes { wake() }
        return message
      case .end: return nil
      case .wait: await waitToRead()
      }
    }
  }

  private func waitToRead() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let resumes = shared.withLockedValue { shared in
          if shared.inbox.hasMessage || shared.outcome != nil || shared.reader != nil {
            return true
          }
          shared.reader = continuation
          return Task.isCancelled && Self.take(&shared.reader) != nil
        }
        if resumes { continuation.resume() }
      }
    } onCancel: {
      shared.withLockedValue { Self.take(&$0.reader) }?.resume()
    }
  }

  private static func take<T>(_ place: inout T?) -> T? {
    defer { place = nil }
    return place
  }

  /// Queues a request; waits while too much is queued.
  func write(_ frame: ByteBuffer) async throws {
    let wakes = try shared.withLockedValue { shared throws in
      if let outcome = shared.outcome { throw Self.refusal(outcome) }
      if shared.requestsEnded { throw Status(.internal, "the requests were ended") }
      shared.outbox.append(frame)
      shared.outboxBytes += frame.readableBytes
      return Self.requestWake(&shared)
    }
    if wakes { wake() }
    var hasWaited = false
    while true {
      try Task.checkCancellation()
      let waits = try shared.withLockedValue { shared throws in
        switch shared.outcome {
        // What was queued in time is sent as far as the writer is concerned; how the call ended, the reader is told.
        case .failure(let status) where hasWaited: throw status
        case .failure, .success: return false
        case nil: return shared.isBlocked || shared.outboxBytes > Self.outboxLimit
        }
      }
      guard waits else { return }
      hasWaited = true
      await waitToWrite()
    }
  }

  private func waitToWrite() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let resumes = shared.withLockedValue { shared in
          let waits =
            shared.outcome == nil && !Task.isCancelled
            && (shared.isBlocked || shared.outboxBytes > Self.outboxLimit)
          if waits { shared.writers.append(continuation) }
          return !waits
        }
        if resumes { continuation.resume() }
      }
    } onCancel: {
      resumeWriters()
    }
  }

  private func resumeWriters() {
    let writers = shared.withLockedValue { shared in
      defer { shared.writers = [] }
      return shared.writers
    }
    for writer in writers { writer.resume() }
  }

  /// What a writer is told once the call is over.
  private static func refusal(_ outcome: Result<Void, Status>) -> Status {
    if case .failure(let status) = outcome {
      status
    } else {
      Status(.cancelled, "the call is over")
    }
  }

  /// Says that no request follows.
  func finishRequests() {
    let wakes = shared.withLockedValue { shared in
      shared.requestsEnded = true
      return Self.requestWake(&shared)
    }
    if wakes { wake() }
  }

  /// True when the loop must be woken; false when it is about to come anyway.
  private static func requestWake(_ shared: inout Shared) -> Bool {
    defer { shared.wakeRequested = true }
    return !shared.wakeRequested
  }

  private func wake() { channel.executor.submit { [self] in turn() } }

  // MARK: The loop's side

  /// Gives credit back and sends what is queued.
  private func turn() {
    let (owed, frames, ended) = shared.withLockedValue { shared in
      shared.wakeRequested = false
      let owed = shared.owed
      shared.owed = 0
      guard stream != nil, !shared.isBlocked else { return (owed, [ByteBuffer](), false) }
      let frames = shared.outbox
      shared.sentBytes += shared.outboxBytes
      if shared.sentBytes > Self.outboxLimit { shared.sent = nil }
      shared.sent?.append(contentsOf: frames)
      shared.outbox = []
      shared.outboxBytes = 0
      return (owed, frames, shared.requestsEnded)
    }
    guard let stream, !isOver else { return }
    if owed > 0 { stream.consumed(owed) }
    for frame in frames { stream.send(frame) }
    if ended { endRequest() }
    if stream.isWritable {
      if !frames.isEmpty { resumeWriters() }
    } else {
      shared.withLockedValue { $0.isBlocked = true }
    }
  }

  override func opened(_ stream: any HTTPStream) { turn() }

  override func streamBecameWritable() {
    shared.withLockedValue { $0.isBlocked = false }
    turn()
    resumeWriters()
  }

  override func headArrived(_ compression: Compression?) {
    shared.withLockedValue { shared in
      shared.inbox.compression = compression
      shared.sent = nil
    }
  }

  override func received(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    let (credit, reader, oversize) = shared.withLockedValue { shared in
      shared.inbox.append(&bytes)
      shared.withheld += count
      // A message may be larger than the window: while none is whole, the server may go on sending.
      guard shared.inbox.hasMessage else {
        defer { shared.withheld = 0 }
        let isOver = shared.inbox.announced.map { $0 > shared.inbox.limit } ?? false
        return (shared.withheld, Optional<CheckedContinuation<Void, Never>>.none, isOver)
      }
      return (0, Self.take(&shared.reader), false)
    }
    if credit > 0 { stream?.consumed(credit) }
    if oversize { end(CallFailure(shared.withLockedValue { $0.inbox.oversize })) }
    reader?.resume()
  }

  override func takesBack() -> Bool {
    shared.withLockedValue { shared in
      guard let sent = shared.sent else { return false }
      shared.outbox = sent + shared.outbox
      shared.outboxBytes += shared.sentBytes
      (shared.sent, shared.sentBytes, shared.isBlocked) = ([], 0, false)
      return true
    }
  }

  override func finished(_ failure: CallFailure?) {
    let (reader, writers) = shared.withLockedValue { shared in
      shared.outcome = failure.map { .failure($0.status) } ?? .success(())
      // What came before a failure of the transport or the caller is not worth reading any more.
      if failure?.status.code == .cancelled { shared.inbox.discard() }
      defer { shared.writers = [] }
      return (Self.take(&shared.reader), shared.writers)
    }
    reader?.resume()
    for writer in writers { writer.resume() }
  }
}

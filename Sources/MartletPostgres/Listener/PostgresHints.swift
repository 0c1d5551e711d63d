// Decides how hints wait for their reader: each once, in the order first heard, never many.

/// The hints of a ``PostgresListener``, coalesced while nobody takes them. For one task.
public struct PostgresHints: AsyncSequence, Sendable {
  /// A hint.
  public typealias Element = PostgresHint

  /// Distinct payloads that may wait per channel; more become one hint without a payload.
  static let limit = 64

  private struct State {
    var waiting: [PostgresHint] = []
    var isFinished = false
    var reader: CheckedContinuation<PostgresHint?, Never>?

    mutating func takeReader() -> CheckedContinuation<PostgresHint?, Never>? {
      defer { reader = nil }
      return reader
    }

    /// Adds a hint unless one that covers it waits already.
    mutating func merge(_ hint: PostgresHint) {
      let general = PostgresHint(channel: hint.channel, payload: nil)
      if waiting.contains(hint) || waiting.contains(general) { return }
      let same = waiting.count { $0.channel == hint.channel }
      if hint.payload == nil || same >= PostgresHints.limit {
        waiting.removeAll { $0.channel == hint.channel }
        waiting.append(general)
      } else {
        waiting.append(hint)
      }
    }
  }

  private final class Storage: Sendable {
    let state = Locked(State())
  }

  private let storage = Storage()

  init() {}

  /// Takes hints until the listener is shut down or the task is cancelled.
  public struct AsyncIterator: AsyncIteratorProtocol {
    fileprivate let hints: PostgresHints

    /// The next hint.
    public mutating func next() async -> PostgresHint? {
      await hints.next()
    }
  }

  /// The iterator; only one may be in use.
  public func makeAsyncIterator() -> AsyncIterator {
    AsyncIterator(hints: self)
  }

  private func next() async -> PostgresHint? {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready: (PostgresHint?, Bool) = storage.state.withLock {
          if !$0.waiting.isEmpty { return ($0.waiting.removeFirst(), true) }
          // A second reader would be lost for ever: it ends instead.
          if $0.isFinished || $0.reader != nil || Task.isCancelled { return (nil, true) }
          $0.reader = continuation
          return (nil, false)
        }
        if ready.1 { continuation.resume(returning: ready.0) }
      }
    } onCancel: {
      let reader = storage.state.withLock { $0.takeReader() }
      reader?.resume(returning: nil)
    }
  }

  func offer(_ hints: [PostgresHint]) {
    let handed: (CheckedContinuation<PostgresHint?, Never>, PostgresHint)? =
      storage.state.withLock {
        for hint in hints { $0.merge(hint) }
        guard !$0.waiting.isEmpty, let reader = $0.takeReader() else { return nil }
        return (reader, $0.waiting.removeFirst())
      }
    if let (reader, hint) = handed { reader.resume(returning: hint) }
  }

  func finish() {
    let reader = storage.state.withLock {
      $0.isFinished = true
      return $0.takeReader()
    }
    reader?.resume(returning: nil)
  }
}

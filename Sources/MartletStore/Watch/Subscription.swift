// Decides how one follower keeps up: from memory while it can, from the database when it cannot, so
// that a slow one costs no memory and never misses anything.

import MartletModel
import MartletPostgres

/// The state of one follower.
final class Subscription<Content: FeedContent>: Sendable {
  typealias Batch = [Followed<Content.Value>]

  private struct State {
    /// False while it reads from the database itself.
    var isLive = false
    /// Not live, and there is more to read; else it waits for the tailer to take it up.
    var isBehind: Bool
    var buffer: [Batch] = []
    var buffered = 0
    /// Everything up to here has been handed to the reader.
    var delivered: ResumeToken
    /// Everything up to here is in `buffer` or was passed over.
    var heard: ResumeToken
    var isFinished = false
    var failure: StoreError?
    var waiter: CheckedContinuation<Void, Never>?
  }

  let scope: FeedScope
  private let limit: Int
  private let state: Locked<State>

  /// - Parameter isBehind: Whether there may be something to read after the token already.
  init(scope: FeedScope, from token: ResumeToken, isBehind: Bool, limit: Int) {
    self.scope = scope
    self.limit = limit
    state = Locked(State(isBehind: isBehind, delivered: token, heard: token))
  }

  /// Everything up to here has been handed to the reader.
  var token: ResumeToken { state.withLock { $0.delivered } }

  /// What the reader is to do next.
  enum Step {
    case deliver(Batch)
    case catchUp(from: ResumeToken)
    case wait
    case end(StoreError?)
  }

  /// Takes what comes next for the reader.
  func step() -> Step {
    state.withLock { state in
      if let failure = state.failure { return .end(failure) }
      if !state.buffer.isEmpty {
        let batch = state.buffer.removeFirst()
        state.buffered -= batch.count
        if let last = batch.last { state.delivered = last.token }
        return .deliver(batch)
      }
      if state.isFinished { return .end(nil) }
      if state.isBehind { return .catchUp(from: state.delivered) }
      state.delivered = max(state.delivered, state.heard)
      return .wait
    }
  }

  /// Waits until there is something to do; returns at once when there is.
  func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isReady = state.withLock { state in
          if !state.buffer.isEmpty || state.isFinished || state.failure != nil || state.isBehind
            || Task.isCancelled
          {
            return true
          }
          state.waiter = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      wake()
    }
  }

  private func wake() {
    let waiter = state.withLock { state in
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// The reader has read up to a token itself, and maybe all there is.
  func caughtUp(to token: ResumeToken, isAtEnd: Bool) {
    state.withLock {
      $0.delivered = max($0.delivered, token)
      $0.heard = $0.delivered
      $0.isBehind = !isAtEnd
    }
  }

  /// The tailer is about to read what comes after its position: goes live if the reader has
  /// everything up to it, else the reader must read on.
  func join(tailer position: ResumeToken) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard !state.isLive, !state.isBehind else { return nil }
      if position <= state.heard {
        state.isLive = true
        return nil
      }
      state.isBehind = true
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Hears of everything up to a token; `entries` are those in its scope, in order.
  func hear(_ entries: Batch, through token: ResumeToken) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.isLive, token > state.heard else { return nil }
      let (heard, seen) = (state.heard, state.heard.seen)
      let new = entries.compactMap { entry in
        entry.token > heard && !seen.contains(entry.token.transaction)
          ? Followed(value: entry.value, token: entry.token.noting(seen)) : nil
      }
      state.heard = token.noting(seen)
      guard !new.isEmpty else { return nil }
      if state.buffered > 0, state.buffered + new.count > limit {
        // Too slow: let go of what waits; the reader fetches it again at its own pace.
        state.buffer = []
        state.buffered = 0
        state.heard = state.delivered
        state.isLive = false
        state.isBehind = true
      } else {
        state.buffer.append(new)
        state.buffered += new.count
      }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Ends it after what waits has been delivered, or at once with a failure.
  func finish(_ failure: StoreError? = nil) {
    state.withLock {
      $0.isFinished = true
      $0.failure = failure
    }
    wake()
  }
}

// Decides which rows of an append-only table wait to be written, and when no more are let in.

import MartletPostgres

/// Rows of one caller, who hears what became of them.
struct RowSubmission<Row: Sendable, Receipt: Sendable>: Sendable {
  let rows: [Row]
  let weight: Int
  let completion: @Sendable (Result<Receipt, StoreError>) -> Void
}

/// The rows that wait: lines, events.
final class RowQueue<Row: Sendable, Receipt: Sendable>: Sendable {
  private struct State {
    var waiting: [RowSubmission<Row, Receipt>] = []
    var bytes = 0
    /// Writers that have taken some.
    var busy = 0
    var isClosed = false
    var drained: CheckedContinuation<Void, Never>?
  }

  let limits: LogLimits
  private let what: String
  private let state = Locked(State())

  /// - Parameter what: What the rows are, for people.
  init(limits: LogLimits, of what: String) {
    self.limits = limits
    self.what = what
  }

  /// Lets rows wait, or says why not.
  func submit(_ submission: RowSubmission<Row, Receipt>) -> StoreError? {
    state.withLock { state in
      if state.isClosed {
        return .unavailable(retryAfter: .seconds(1), message: "the server is shutting down")
      }
      guard state.bytes == 0 || state.bytes + submission.weight <= limits.waitingBytes else {
        return .resourceExhausted(
          retryAfter: .milliseconds(250), message: "\(state.bytes) bytes of \(what) wait already")
      }
      state.waiting.append(submission)
      state.bytes += submission.weight
      return nil
    }
  }

  /// What one writer may write in one transaction; it says ``finish()`` unless that is nothing.
  func take() -> [RowSubmission<Row, Receipt>] {
    state.withLock { state in
      var rows = 0
      var bytes = 0
      var count = 0
      for next in state.waiting {
        if count > 0,
          rows + next.rows.count > limits.linesPerBatch
            || bytes + next.weight > limits.bytesPerBatch
        {
          break
        }
        rows += next.rows.count
        bytes += next.weight
        count += 1
      }
      let batch = Array(state.waiting.prefix(count))
      state.waiting.removeFirst(count)
      state.bytes -= bytes
      if !batch.isEmpty { state.busy += 1 }
      return batch
    }
  }

  func finish() {
    let drained = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.busy -= 1
      guard state.waiting.isEmpty, state.busy == 0 else { return nil }
      defer { state.drained = nil }
      return state.drained
    }
    drained?.resume()
  }

  func fail(_ error: StoreError) {
    let (waiting, drained) = state.withLock {
      state -> ([RowSubmission<Row, Receipt>], CheckedContinuation<Void, Never>?) in
      defer {
        state.waiting = []
        state.bytes = 0
        if state.busy == 0 { state.drained = nil }
      }
      return (state.waiting, state.busy > 0 ? nil : state.drained)
    }
    for submission in waiting { submission.completion(.failure(error)) }
    drained?.resume()
  }

  func close() { state.withLock { $0.isClosed = true } }

  func drain() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock {
        if $0.waiting.isEmpty, $0.busy == 0 { return true }
        $0.drained = continuation
        return false
      }
      if isEmpty { continuation.resume() }
    }
  }
}

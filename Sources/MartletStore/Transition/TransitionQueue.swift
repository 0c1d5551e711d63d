// Decides which commands wait, in which order writers take them, and when no more are let in.

import Glibc
import MartletModel
import MartletPostgres

/// What one caller submitted, until it is answered.
struct Submission: Sendable {
  let commands: [Command]
  /// What validation refused, beside the commands; nil where it did not.
  let refused: [InvalidValue?]
  let weight: Int
  let completion: TransitionBatcher.Completion

  init(
    _ commands: [Command], acceptsAnyID: Bool, completion: @escaping TransitionBatcher.Completion
  ) {
    let now = Instant.systemClock
    self.commands = commands
    self.completion = completion
    var refused: [InvalidValue?] = []
    var weight = 0
    for (index, command) in commands.enumerated() {
      weight += command.weight
      do {
        try command.validate(now: now, acceptsAnyID: acceptsAnyID)
      } catch {
        if refused.isEmpty { refused = Array(repeating: nil, count: commands.count) }
        refused[index] = error
      }
    }
    self.refused = refused
    self.weight = weight
  }
}

/// The queue before the writers. Runs that one of several writers has in hand, and those that the limits are asked for,
/// wait for that, so that the reports of a run never overtake each other.
final class TransitionQueue: Sendable {
  private struct State {
    var waiting: [Submission] = []
    var head = 0
    var commands = 0
    var bytes = 0
    var inHand: [RunID: Int] = [:]
    var batches = 0
    var isClosed = false
    var drained: CheckedContinuation<Void, Never>?
    var wake = TransitionQueue.rest

    var isEmpty: Bool { head == waiting.count && batches == 0 && inHand.isEmpty }
  }

  /// Wakes nobody.
  private static let rest: @Sendable () -> Void = {}

  let limits: BatchLimits
  private let tracksRuns: Bool
  private let state = Locked(State())

  init(limits: BatchLimits, writers: Int) {
    self.limits = limits
    tracksRuns = writers > 1
  }

  /// Sets what is called when there is work.
  func setWaker(_ wake: @escaping @Sendable () -> Void) { state.withLock { $0.wake = wake } }

  var waiting: Int { state.withLock { $0.commands } }

  func submit(_ submission: Submission) {
    guard !submission.commands.isEmpty else { return submission.completion(.success([])) }
    let (wake, refusal) = state.withLock { state -> (@Sendable () -> Void, StoreError?) in
      if state.isClosed {
        return (
          Self.rest, .unavailable(retryAfter: .seconds(1), message: "the server is shutting down")
        )
      }
      // A queue that is empty takes anything; it would never shrink enough otherwise.
      guard
        state.commands == 0
          || (state.commands + submission.commands.count <= limits.waitingCommands
            && state.bytes + submission.weight <= limits.waitingBytes)
      else {
        return (
          Self.rest,
          .resourceExhausted(
            retryAfter: .milliseconds(250), message: "\(state.commands) reports wait already")
        )
      }
      state.waiting.append(submission)
      state.commands += submission.commands.count
      state.bytes += submission.weight
      return (state.wake, nil)
    }
    if let refusal { return submission.completion(.failure(refusal)) }
    wake()
  }

  /// Takes a batch for a writer; empty when nothing waits that it may have.
  func take() -> [Submission] {
    state.withLock { state in
      var batch: [Submission] = []
      var commands = 0
      var bytes = 0
      var passed: [Submission] = []
      var blocked: Set<RunID> = []
      while state.head < state.waiting.count {
        let next = state.waiting[state.head]
        let isFull =
          commands + next.commands.count > limits.commandsPerBatch
          || bytes + next.weight > limits.bytesPerBatch
        if isFull, !batch.isEmpty { break }
        state.head += 1
        if !state.inHand.isEmpty,
          next.commands.contains(where: {
            state.inHand[$0.runID] != nil || blocked.contains($0.runID)
          })
        {
          for command in next.commands { blocked.insert(command.runID) }
          passed.append(next)
          continue
        }
        commands += next.commands.count
        bytes += next.weight
        batch.append(next)
      }
      if tracksRuns {
        for submission in batch {
          for command in submission.commands { state.inHand[command.runID, default: 0] += 1 }
        }
      }
      if !passed.isEmpty {
        state.waiting.replaceSubrange(0..<state.head, with: passed)
        state.head = 0
      } else if state.head == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
        state.head = 0
      } else if state.head > 4096 {
        state.waiting.removeFirst(state.head)
        state.head = 0
      }
      state.commands -= commands
      state.bytes -= bytes
      if !batch.isEmpty { state.batches += 1 }
      return batch
    }
  }

  /// Says that a batch is answered, but for what is held.
  func finish(_ batch: [Submission]) {
    end(tracksRuns ? batch.flatMap { $0.commands.map(\.runID) } : [], batches: 1)
  }

  /// Has the commands of runs wait until these are released, after the batch in which they were taken.
  func hold(_ runs: [RunID]) {
    state.withLock { state in
      for run in runs { state.inHand[run, default: 0] += 1 }
    }
  }

  /// Says that what was held is answered, of one batch or of several together.
  func release(_ runs: [RunID]) { end(runs, batches: 0) }

  private func end(_ runs: [RunID], batches: Int) {
    let (wake, drained) = state.withLock {
      state -> (@Sendable () -> Void, CheckedContinuation<Void, Never>?) in
      state.batches -= batches
      for run in runs {
        let count = state.inHand[run, default: 0] - 1
        state.inHand[run] = count > 0 ? count : nil
      }
      let wake: @Sendable () -> Void =
        !runs.isEmpty && !state.waiting.isEmpty ? state.wake : Self.rest
      guard state.isEmpty, let drained = state.drained else { return (wake, nil) }
      state.drained = nil
      return (wake, drained)
    }
    wake()
    drained?.resume()
  }

  /// Fails everything that waits.
  func fail(_ error: StoreError) {
    let (waiting, drained) = state.withLock {
      state -> (ArraySlice<Submission>, CheckedContinuation<Void, Never>?) in
      let waiting = state.waiting[state.head...]
      state.waiting = []
      state.head = 0
      state.commands = 0
      state.bytes = 0
      guard state.isEmpty, let drained = state.drained else { return (waiting, nil) }
      state.drained = nil
      return (waiting, drained)
    }
    for submission in waiting { submission.completion(.failure(error)) }
    drained?.resume()
  }

  func close() { state.withLock { $0.isClosed = true } }

  /// Waits until everything submitted is answered.
  func drain() async {
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLock {
        if $0.isEmpty { return true }
        $0.drained = continuation
        return false
      }
      if isEmpty { continuation.resume() }
    }
  }
}

extension Instant {
  /// This machine's clock: only for checking what clients send, never for what is stored.
  static var systemClock: Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

// Decides who runs next in a pool, who is refused, and what a cancel reaches: one lock, no I/O.

/// The closures in front of a pool's connections.
final class PoolQueue: Sendable {
  /// One closure of a caller.
  struct Job: Sendable {
    let id: UInt64
    let deadline: ContinuousClock.Instant?
    /// Runs the closure; the closure that comes back tells the caller.
    let run: @Sendable (PostgresConnection) -> @Sendable () -> Void
    let fail: @Sendable (PostgresError) -> Void
  }

  private struct State {
    var waiting: [Job] = []
    var head = 0
    var running: [UInt64: StatementCanceller] = [:]
    var idle: [Int] = []
    /// Why a connection is down, by its index; absent while it is up or on its first attempt.
    var down: [Int: PostgresError] = [:]
    var wakers: [@Sendable () -> Void] = []
    var isClosed = false
    var nextID: UInt64 = 0
    var timer: ContinuousClock.Instant?

    var waitingCount: Int { waiting.count - head }

    mutating func takeIdle() -> [@Sendable () -> Void] {
      defer { idle = [] }
      return idle.map { wakers[$0] }
    }

    mutating func takeAll() -> [Job] {
      defer {
        waiting = []
        head = 0
      }
      return Array(waiting[head...])
    }
  }

  private let limit: Int
  private let state = Locked(State())

  init(limit: Int) {
    self.limit = limit
  }

  func setWakers(_ wakers: [@Sendable () -> Void]) {
    state.withLock { $0.wakers = wakers }
  }

  var load: (waiting: Int, running: Int) {
    state.withLock { ($0.waitingCount, $0.running.count) }
  }

  func run<Result: Sendable>(
    deadline: ContinuousClock.Instant?,
    _ body: @escaping @Sendable (PostgresConnection) throws -> Result
  ) async throws -> Result {
    let id = state.withLock {
      $0.nextID += 1
      return $0.nextID
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        submit(
          Job(id: id, deadline: deadline) { connection in
            let result = Swift.Result { try body(connection) }
            return { continuation.resume(with: result) }
          } fail: {
            continuation.resume(throwing: $0)
          })
      }
    } onCancel: {
      cancel(id)
    }
  }

  private func submit(_ job: Job) {
    let outcome: (refusal: PostgresError?, wake: (@Sendable () -> Void)?) = state.withLock {
      // Asked under the lock: a cancel that came before finds nothing to remove.
      if Task.isCancelled { return (PostgresError(.cancelled, "cancelled"), nil) }
      if $0.isClosed { return (PoolQueue.closed, nil) }
      if $0.down.count == $0.wakers.count, let error = $0.down.values.first { return (error, nil) }
      if $0.waitingCount >= limit {
        return (PostgresError(.overloaded, "\(limit) reads wait for a connection"), nil)
      }
      $0.waiting.append(job)
      guard let index = $0.idle.popLast() else { return (nil, nil) }
      return (nil, $0.wakers[index])
    }
    if let refusal = outcome.refusal { return job.fail(refusal) }
    outcome.wake?()
    if let deadline = job.deadline { startTimer(deadline) }
  }

  /// The next job for the connection with this index, which is idle if there is none.
  func next(for index: Int) -> Job? {
    let (job, expired): (Job?, [Job]) = state.withLock {
      $0.down[index] = nil
      var expired: [Job] = []
      let now = ContinuousClock.now
      while $0.head < $0.waiting.count {
        let job = $0.waiting[$0.head]
        $0.head += 1
        if $0.head == $0.waiting.count || $0.head > 4096 {
          $0.waiting.removeFirst($0.head)
          $0.head = 0
        }
        if let deadline = job.deadline, deadline <= now {
          expired.append(job)
          continue
        }
        return (job, expired)
      }
      if !$0.idle.contains(index) { $0.idle.append(index) }
      return (nil, expired)
    }
    for job in expired { job.fail(PoolQueue.late) }
    return job
  }

  func started(_ id: UInt64, _ canceller: StatementCanceller) {
    state.withLock { $0.running[id] = canceller }
  }

  func ended(_ id: UInt64) {
    state.withLock { $0.running[id] = nil }
  }

  private func cancel(_ id: UInt64) {
    let removed: Job? = state.withLock {
      // Inside the lock, so that the connection cannot meanwhile go on to another job.
      $0.running[id]?.cancel(.cancelled)
      guard let index = $0.waiting[$0.head...].firstIndex(where: { $0.id == id }) else {
        return nil
      }
      return $0.waiting.remove(at: index)
    }
    removed?.fail(PostgresError(.cancelled, "cancelled while waiting for a connection"))
  }

  /// Takes a connection out; with the last one, everything that waits fails.
  func isDown(_ index: Int, _ error: PostgresError) {
    let (failed, wakers): ([Job], [@Sendable () -> Void]) = state.withLock {
      $0.down[index] = error
      $0.idle.removeAll { $0 == index }
      if $0.down.count == $0.wakers.count { return ($0.takeAll(), []) }
      // A job may have been meant for the one that is gone: the idle ones have to look.
      guard $0.waitingCount > 0 else { return ([], []) }
      return ([], $0.takeIdle())
    }
    for job in failed { job.fail(error) }
    for wake in wakers { wake() }
  }

  func close() {
    let failed = state.withLock {
      $0.isClosed = true
      return $0.takeAll()
    }
    for job in failed { job.fail(PoolQueue.closed) }
  }

  /// Keeps at most one timer, for the earliest deadline among those that wait.
  private func startTimer(_ deadline: ContinuousClock.Instant) {
    let isNeeded = state.withLock {
      guard $0.waitingCount > 0 else { return false }
      if let timer = $0.timer, timer <= deadline { return false }
      $0.timer = deadline
      return true
    }
    guard isNeeded else { return }
    Task {
      try? await Task.sleep(until: deadline, clock: .continuous)
      expire(deadline)
    }
  }

  private func expire(_ timer: ContinuousClock.Instant) {
    let (late, next): ([Job], ContinuousClock.Instant?) = state.withLock {
      if $0.timer == timer { $0.timer = nil }
      let now = ContinuousClock.now
      let all = $0.takeAll()
      let late = all.filter { $0.deadline.map { $0 <= now } ?? false }
      $0.waiting = all.filter { $0.deadline.map { $0 > now } ?? true }
      return (late, $0.waiting.compactMap(\.deadline).min())
    }
    for job in late { job.fail(PoolQueue.late) }
    if let next { startTimer(next) }
  }

  private static let late = PostgresError(
    .deadlineExceeded, "the deadline passed while waiting for a connection")
  private static let closed = PostgresError(.cancelled, "the pool is shut down")
}

/// Takes jobs from the queue for one connection.
struct PoolWorker: PostgresWorker {
  private let queue: PoolQueue
  private let index: Int

  init(_ queue: PoolQueue, index: Int) {
    self.queue = queue
    self.index = index
  }

  func work(on connection: PostgresConnection) -> Bool {
    guard let job = queue.next(for: index) else { return false }
    connection.deadline = job.deadline
    connection.canceller.arm()
    queue.started(job.id, connection.canceller)
    let tell = job.run(connection)
    queue.ended(job.id)
    connection.endJob()
    tell()
    return true
  }

  func fail(_ error: PostgresError) {
    queue.isDown(index, error)
  }

  func stop() {
    queue.isDown(index, PostgresError(.cancelled, "the pool is shut down"))
  }
}

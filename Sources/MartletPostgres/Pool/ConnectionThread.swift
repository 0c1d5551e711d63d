// Decides the life of a connection's thread: connect, serve, notice the loss, back off, reconnect.

import Logging
import Synchronization

/// A thread that keeps one connection and gives it to a worker.
final class ConnectionThread: Sendable {
  private enum Phase {
    case running
    case stopping
    case stopped
  }

  /// What a wake finds.
  private enum Alertness: UInt8, AtomicRepresentable {
    /// Waiting, or about to wait without another look for work.
    case asleep
    /// Working, or looking for work.
    case busy
    /// Working, with another look for work to follow.
    case wanted
  }

  private struct State {
    var phase = Phase.running
    var isConnected = false
    var lastError: PostgresError?
    var stopWaiters: [CheckedContinuation<Void, Never>] = []
    var readyWaiters: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    var nextWaiter: UInt64 = 0

    mutating func takeStopWaiters() -> [CheckedContinuation<Void, Never>] {
      defer { stopWaiters = [] }
      return stopWaiters
    }

    mutating func takeReadyWaiters() -> [UInt64: CheckedContinuation<Void, any Error>] {
      defer { readyWaiters = [:] }
      return readyWaiters
    }
  }

  private let configuration: PostgresConfiguration
  private let worker: any PostgresWorker
  private let logger: Logger
  private let wakeup = Wakeup()
  /// Only a thread that is asleep needs its eventfd written.
  private let alertness = Atomic<Alertness>(.busy)
  private let state = Locked(State())

  init(
    _ configuration: PostgresConfiguration, name: String, worker: any PostgresWorker, logger: Logger
  ) {
    self.configuration = configuration
    self.worker = worker
    self.logger = logger
    let isStarted = Thread.detach(name: name) { [self] in run() }
    precondition(isStarted, "the system has no thread for \(name)")
  }

  /// Makes the worker run; cheap if it is running already.
  /// - Returns: Whether it was asleep.
  @discardableResult
  func wake() -> Bool {
    let was = alertness.exchange(.wanted, ordering: .sequentiallyConsistent)
    if was == .asleep { wakeup.raise() }
    return was == .asleep
  }

  var isConnected: Bool { state.withLock { $0.isConnected } }

  var lastError: PostgresError? { state.withLock { $0.lastError } }

  /// Ends the thread after the work at hand, and waits for it.
  func shutdown() async {
    await withCheckedContinuation { continuation in
      let isStopped = state.withLock {
        if $0.phase == .stopped { return true }
        $0.phase = .stopping
        $0.stopWaiters.append(continuation)
        return false
      }
      if isStopped { continuation.resume() }
      alertness.store(.wanted, ordering: .sequentiallyConsistent)
      wakeup.raise()
    }
  }

  private var isRunning: Bool { state.withLock { $0.phase == .running } }

  private func run() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(configuration.reconnectDelay)
    while isRunning {
      let error: PostgresError?
      do {
        let connection = try PostgresConnection(
          configuration, interruption: .init(wakeup: wakeup) { [self] in attemptInterrupted() })
        connected()
        let since = ContinuousClock.now
        serve(connection)
        // One that breaks at once, such as a listener's on a standby, must not be made in a loop.
        if since.duration(to: .now) > configuration.reconnectDelay.upperBound { backoff.reset() }
        error = connection.lost
      } catch let failure {
        error = failure as? PostgresError
      }
      let pause = backoff.pause(using: &random)
      disconnected(error, retryAfter: pause)
      rest(pause)
    }
    let waiters = state.withLock {
      $0.phase = .stopped
      $0.isConnected = false
      return $0.takeStopWaiters()
    }
    worker.stop()
    for waiter in waiters { waiter.resume() }
  }

  /// Serves until the connection breaks or the thread is to stop.
  private func serve(_ connection: PostgresConnection) {
    while isRunning, connection.isUsable {
      // Lower the flag before looking for work: a wake from here on raises it again.
      alertness.store(.busy, ordering: .sequentiallyConsistent)
      if worker.work(on: connection) { continue }
      guard connection.isUsable, isRunning else { return }
      let sleeps = alertness.compareExchange(
        expected: .busy, desired: .asleep, ordering: .sequentiallyConsistent)
      guard sleeps.exchanged else { continue }
      if wakeup.wait(socket: connection.socket, milliseconds: -1).socket {
        connection.readWhileIdle()
      }
    }
  }

  /// A wake during an attempt to connect: what waits fails at once, unless it is the first attempt,
  /// whose end is near. False ends the attempt.
  private func attemptInterrupted() -> Bool {
    guard isRunning else { return false }
    if lastError != nil {
      alertness.store(.asleep, ordering: .sequentiallyConsistent)
      worker.fail(unavailable(configuration.reconnectDelay.upperBound))
    }
    return true
  }

  /// Waits out a pause, failing at once whatever comes meanwhile.
  private func rest(_ pause: Duration) {
    let end = ContinuousClock.now.advanced(by: pause)
    while isRunning {
      let left = ContinuousClock.now.duration(to: end)
      guard left > .zero else { return }
      alertness.store(.asleep, ordering: .sequentiallyConsistent)
      worker.fail(unavailable(left))
      wakeup.wait(socket: nil, milliseconds: left.milliseconds)
    }
  }

  private func unavailable(_ retryAfter: Duration) -> PostgresError {
    let cause = lastError
    var error = PostgresError(
      .connectionUnavailable(retryAfter: retryAfter),
      "no connection to \(configuration.redactedDescription)"
        + (cause.map { ": \($0.message)" } ?? ""))
    error.sqlState = cause?.sqlState
    return error
  }

  private func connected() {
    let waiters = state.withLock {
      $0.isConnected = true
      $0.lastError = nil
      return $0.takeReadyWaiters()
    }
    for waiter in waiters.values { waiter.resume() }
    logger.debug("connected to \(configuration.redactedDescription)")
  }

  private func disconnected(_ error: PostgresError?, retryAfter: Duration) {
    guard isRunning else { return }
    state.withLock {
      $0.isConnected = false
      $0.lastError = error
    }
    logger.warning("no connection to \(configuration.redactedDescription): \(error?.message ?? "")")
    worker.fail(unavailable(retryAfter))
  }
}

extension ConnectionThread {
  /// Waits until there is a connection.
  /// - Throws: the last error when the time is over; `CancellationError`.
  func waitUntilConnected(_ timeout: Duration) async throws {
    let id = state.withLock {
      $0.nextWaiter += 1
      return $0.nextWaiter
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      abandonWait(id, with: nil)
    }
    defer { timer.cancel() }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let isReady = state.withLock {
          if $0.isConnected || Task.isCancelled { return true }
          $0.readyWaiters[id] = continuation
          return false
        }
        if isReady { continuation.resume() }
      }
    } onCancel: {
      abandonWait(id, with: CancellationError())
    }
    try Task.checkCancellation()
  }

  private func abandonWait(_ id: UInt64, with error: (any Error)?) {
    let waiter = state.withLock { $0.readyWaiters.removeValue(forKey: id) }
    waiter?.resume(throwing: error ?? unavailable(configuration.reconnectDelay.upperBound))
  }
}

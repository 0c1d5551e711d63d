// Decides when the postmaster is started, adopted, started again and stopped.

import Glibc
import Logging

/// Holds the lock on the directory and looks after the postmaster, on the thread of ``watch()``.
final class ClusterSupervisor: Sendable {
  private struct State {
    var postmaster: Postmaster?
    var stopTimeout: Duration?
    var isStopped = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  let options: ClusterOptions
  let directory: ClusterDirectory
  let user: ClusterUser
  let logger: Logger
  private let lock: Locked<ClusterLock?>
  private let wakeup = Wakeup()
  private let state = Locked(State())

  init(_ options: ClusterOptions, logger: Logger) throws(ClusterError) {
    self.options = options
    self.logger = logger
    user = try ClusterUser.find(options.user)
    directory = try ClusterDirectory(options.directory, user: user)
    lock = Locked(try ClusterLock(directory))
  }

  var postmasterPID: Int32? { state.withLock { $0.postmaster?.pid } }

  func configuration(database: String) throws(PostgresError) -> PostgresConfiguration {
    func quoted(_ text: String) -> String {
      "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
    }
    return try PostgresConfiguration(
      "host=\(quoted(directory.socket)) port=\(ClusterDirectory.port) user=martlet "
        + "dbname=\(quoted(database)) sslmode=disable")
  }

  /// Makes the server run and be ready. True if it was running already.
  func launch() throws -> Bool {
    if let adopted = try adopt() {
      state.withLock { $0.postmaster = adopted }
      logger.notice("adopted the Postgres of a predecessor, process \(adopted.pid)")
      return true
    }
    let postmaster = try startPostmaster(until: .now.advanced(by: options.startTimeout))
    state.withLock { $0.postmaster = postmaster }
    return false
  }

  /// Looks after the server until ``stop(_:)``.
  func watch() {
    var random = SystemRandomNumberGenerator()
    var backoff = Backoff(.milliseconds(100)...(.seconds(10)))
    while true {
      let (postmaster, timeout) = state.withLock { ($0.postmaster, $0.stopTimeout) }
      if let timeout {
        postmaster?.stop(timeout, data: directory.data)
        break
      }
      if let postmaster {
        guard wakeup.wait(socket: postmaster.descriptor, milliseconds: -1).socket else { continue }
        let status = postmaster.reap()
        state.withLock { $0.postmaster = nil }
        logger.error(
          "the private Postgres ended by itself (\(status)); it is started again",
          metadata: ["log": "\(directory.log)"])
      }
      do {
        _ = try launch()
        backoff.reset()
      } catch {
        logger.error("the private Postgres cannot be started: \(error)")
        let pause = backoff.pause(using: &random)
        wakeup.wait(socket: nil, milliseconds: pause.milliseconds)
      }
    }
    lock.withLock { $0 = nil }
    let waiters = state.withLock {
      $0.postmaster = nil
      $0.isStopped = true
      return $0.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func stop(_ timeout: Duration) async {
    await withCheckedContinuation { continuation in
      let isStopped = state.withLock {
        if $0.isStopped { return true }
        $0.stopTimeout = timeout
        $0.waiters.append(continuation)
        return false
      }
      if isStopped { continuation.resume() }
      wakeup.raise()
    }
  }
}

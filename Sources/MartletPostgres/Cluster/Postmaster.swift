// Decides how a postmaster process is waited for and ended, whether it is our child or not.

import CPostgres
import Glibc

/// A running postmaster.
final class Postmaster: Sendable {
  let pid: pid_t
  /// False if a predecessor started it: then another process reaps it.
  let isChild: Bool
  /// Polls readable once the process has ended.
  let descriptor: Int32

  init(pid: pid_t, isChild: Bool) throws(ClusterError) {
    self.pid = pid
    self.isChild = isChild
    descriptor = martlet_pidfd(pid)
    guard descriptor >= 0 else {
      throw .program("cannot watch process \(pid): \(LocalFile.failure)")
    }
  }

  deinit {
    close(descriptor)
  }

  /// Waits for the process to end. False if it still runs when the time is over.
  func waitForEnd(_ timeout: Duration) -> Bool {
    let end = ContinuousClock.now.advanced(by: timeout)
    while true {
      let left = ContinuousClock.now.duration(to: end)
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      if poll(&entry, 1, max(0, left.milliseconds)) > 0 { return true }
      if left <= .zero { return false }
    }
  }

  /// Takes the ended process off the kernel's table, and tells how it ended.
  @discardableResult
  func reap() -> String {
    guard isChild else { return "adopted process \(pid)" }
    let status = ChildProcess.reap(pid)
    return status > 128 ? "signal \(status - 128)" : "exit code \(status)"
  }

  /// Ends it: a fast shutdown, an immediate one when that lasts too long, at last SIGKILL.
  func stop(_ timeout: Duration, data: String) {
    // SIGINT is Postgres's fast shutdown; SIGTERM would wait for every session to end.
    kill(pid, SIGINT)
    if !waitForEnd(timeout) {
      kill(pid, SIGQUIT)
      if !waitForEnd(.seconds(5)) {
        for process in PostmasterFile.processes(of: data) { kill(process, SIGKILL) }
        _ = waitForEnd(.seconds(5))
      }
    }
    reap()
  }
}

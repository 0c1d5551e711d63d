// Decides what happens on a connection between jobs: late cancels are waited for, a server that went
// away while nothing was asked is noticed.

import CPostgres
import Glibc

extension PostgresConnection {
  /// Closes a job that ``StatementCanceller/arm()`` opened. A cancel still on its way could hit the
  /// next job, so it is waited for; if that takes too long the connection is given up.
  func endJob() {
    deadline = nil
    let end = ContinuousClock.now.advanced(by: PostgresConnection.cancelGrace)
    while !canceller.disarm() {
      guard ContinuousClock.now < end else {
        _ = breaks(PostgresError(.connectionLost, "a cancel is still on its way"))
        return
      }
      _ = poll(nil, 0, 1)
    }
  }

  /// Gives the connection up although it works; a new one is made in its place.
  func abandon(_ error: PostgresError?) {
    _ = breaks(error ?? PostgresError(.connectionLost, "given up"))
  }

  /// Throws if the current job was cancelled or is late; asked before each statement.
  func checkJob() throws {
    if let deadline, ContinuousClock.now >= deadline {
      throw PostgresError(.deadlineExceeded, "the deadline passed")
    }
    if let request = canceller.request {
      throw PostgresError(request.reason, "cancelled")
    }
  }

  /// Takes in what an idle server says: a notice, a notification, or the end of the connection.
  func readWhileIdle() {
    guard lost == nil, PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else {
      _ = breaks(libpqError())
      return
    }
    // A FATAL message is only read as a result; outside a statement libpq reports it as a notice.
    _ = PQisBusy(handle)
    if PQstatus(handle) != CONNECTION_OK { _ = breaks(libpqError()) }
  }
}

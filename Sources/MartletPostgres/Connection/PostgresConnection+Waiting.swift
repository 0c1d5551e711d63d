// Decides how a connection waits: it reads whenever there is something to read, even while it
// writes, so that two full socket buffers cannot hold each other up; and every wait has an end.

import CPostgres
import Glibc

extension PostgresConnection {
  /// How much may wait in libpq's output buffer before sending stops to let the socket drain.
  static let outputLimit = 1 << 20
  /// How long a cancelled statement may take to end before the connection is given up.
  static let cancelGrace = Duration.seconds(3)

  /// Pushes out what libpq holds, reading meanwhile, until it is all on the socket.
  func drainOutput() throws {
    var patience = Patience(self)
    while true {
      switch PQflush(handle) {
      case 0:
        unflushed = 0
        return
      case 1: try wait(&patience, writing: true)
      default: throw breaks(libpqError())
      }
    }
  }

  /// The next result, or nil at the end of a statement's results.
  func nextResult() throws -> OpaquePointer? {
    var patience = Patience(self)
    while PQisBusy(handle) == 1 {
      let flushed = PQflush(handle)
      guard flushed >= 0 else { throw breaks(libpqError()) }
      if flushed == 0 { unflushed = 0 }
      try wait(&patience, writing: flushed == 1)
    }
    return PQgetResult(handle)
  }

  /// Waits until the socket is ready, once, and takes in what has come.
  private func wait(_ patience: inout Patience, writing: Bool) throws {
    if let lost { throw lost }
    try patience.check(self)
    var entry = pollfd(
      fd: PQsocket(handle), events: Int16(writing ? POLLIN | POLLOUT : POLLIN), revents: 0)
    let ready = poll(&entry, 1, patience.milliseconds)
    if ready < 0, errno != EINTR {
      throw breaks(PostgresError(.connectionLost, "poll: \(String(cString: strerror(errno)))"))
    }
    guard ready > 0 else { return }
    patience.serverSpoke(self)
    if Int32(entry.revents) & ~POLLOUT != 0, PQconsumeInput(handle) == 0 {
      throw breaks(libpqError())
    }
  }
}

/// How long one wait may last, and what happens when it has lasted long enough.
private struct Patience {
  private var silenceEnds: ContinuousClock.Instant?
  private var now = ContinuousClock.now

  init(_ connection: PostgresConnection) {
    serverSpoke(connection)
  }

  mutating func serverSpoke(_ connection: PostgresConnection) {
    let limit = connection.responseTimeout
    silenceEnds = limit > .zero ? now.advanced(by: limit) : nil
  }

  /// The longest time to sleep: to the next end, or a short while if a cancel may come.
  var milliseconds: Int32 = -1

  /// Sends a cancel when the job's time is over; gives the connection up when that did not help.
  mutating func check(_ connection: PostgresConnection) throws {
    now = .now
    if let deadline = connection.deadline, now >= deadline {
      connection.canceller.cancel(.deadlineExceeded)
    }
    var end = silenceEnds
    let request = connection.canceller.request
    if let request {
      let givenUp = request.sentAt.advanced(by: PostgresConnection.cancelGrace)
      end = min(end ?? givenUp, givenUp)
    } else if let deadline = connection.deadline {
      end = min(end ?? deadline, deadline)
    }
    guard let end else {
      milliseconds = -1
      return
    }
    guard now < end else {
      let lost = connection.breaks(PostgresError(.connectionLost, "the server does not answer"))
      if let request { throw PostgresError(request.reason, lost.message) }
      throw lost
    }
    milliseconds = now.duration(to: end).milliseconds
  }
}

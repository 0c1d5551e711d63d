// Decides when a connection has been waited for long enough: the handshake, a head that does not end,
// idleness, and silence that a PING does not break. A value that is told the time.

import NIOCore

/// The deadlines of one connection.
struct ConnectionClock {
  /// What to do now.
  enum Verdict: Equatable {
    /// Nothing before that time (nil: nothing by itself).
    case wait(until: NIODeadline?)
    /// Ask for a sign of life; then ask the clock again.
    case ping
    /// Look whether answers wait for their readers.
    case readers
    /// Give the connection up.
    case close(Reason)
  }

  /// Why a connection is given up.
  enum Reason: Equatable { case handshake, header, idle, silence }

  private enum Handshake: Equatable {
    case pending(until: NIODeadline)
    case done
  }

  private let limits: HTTPLimits
  private var handshake: Handshake
  private var headerBy: NIODeadline?
  private var readersBy: NIODeadline?
  private var idleSince: NIODeadline?
  private var heardAt: NIODeadline
  private var pingedAt: NIODeadline?

  /// Starts with the connection.
  init(limits: HTTPLimits, now: NIODeadline) {
    self.limits = limits
    handshake =
      limits.handshakeTimeout.map { .pending(until: now + TimeAmount($0)) } ?? .done
    idleSince = now
    heardAt = now
  }

  /// Bytes came.
  mutating func heard(now: NIODeadline) {
    heardAt = now
    pingedAt = nil
  }

  /// The handshake is over.
  mutating func handshakeDone() { handshake = .done }

  /// An exchange begins; it may be over before its batch is.
  mutating func exchangeBegan() { idleSince = nil }

  /// A batch of events is over: so many exchanges are open, a head is or is not under way, and bytes of answers
  /// are or are not queued.
  mutating func batchEnded(
    openStreams: Int, isReadingHead: Bool, hasQueued: Bool, now: NIODeadline
  ) {
    if !hasQueued {
      readersBy = nil
    } else if readersBy == nil {
      readersBy = now + TimeAmount(limits.writeTimeout)
    }
    if openStreams > 0 {
      idleSince = nil
    } else if idleSince == nil {
      idleSince = now
    }
    if !isReadingHead {
      headerBy = nil
    } else if headerBy == nil, let limit = limits.headerTimeout {
      headerBy = now + TimeAmount(limit)
    }
  }

  /// Answers that wait for their readers have moved at that time last: when they are due is counted from there.
  mutating func readersWait(since time: NIODeadline) {
    readersBy = time + TimeAmount(limits.writeTimeout)
  }

  /// What to do at that time.
  mutating func check(now: NIODeadline) -> Verdict {
    if case .pending(let until) = handshake, until <= now { return .close(.handshake) }
    if let headerBy, headerBy <= now { return .close(.header) }
    if let idleBy, idleBy <= now { return .close(.idle) }
    if let readersBy, readersBy <= now {
      self.readersBy = nil
      return .readers
    }
    if let silentBy, silentBy <= now {
      guard pingedAt == nil else { return .close(.silence) }
      pingedAt = now
      return .ping
    }
    return .wait(until: nextDeadline)
  }

  /// The earliest time at which `check` may have something to say.
  var nextDeadline: NIODeadline? {
    var next: NIODeadline?
    if case .pending(let until) = handshake { next = until }
    for deadline in [headerBy, idleBy, readersBy, silentBy] {
      if let deadline { next = next.map { min($0, deadline) } ?? deadline }
    }
    return next
  }

  private var idleBy: NIODeadline? {
    guard let idleSince, let limit = limits.idleTimeout else { return nil }
    return idleSince + TimeAmount(limit)
  }

  private var silentBy: NIODeadline? {
    if let pingedAt { return pingedAt + TimeAmount(limits.keepaliveTimeout) }
    guard handshake == .done, let interval = limits.keepaliveInterval else { return nil }
    return heardAt + TimeAmount(interval)
  }
}

// Decides how a connection's deadlines use timers: at most one is set, and it moves only to ring earlier.
// One that rings too early finds nothing to do and is set again, which is cheaper than moving it each time.

import NIOCore

/// The one timer of a connection.
struct ConnectionAlarm {
  private enum State {
    case off
    case set(at: NIODeadline, scheduled: Scheduled<Void>)
  }
  private var state = State.off

  /// Rings at that time, unless it will ring earlier anyway. On the loop.
  mutating func set(
    at deadline: NIODeadline, on loop: any EventLoop, _ ring: @escaping @Sendable () -> Void
  ) {
    if case .set(let at, let scheduled) = state {
      if at <= deadline { return }
      scheduled.cancel()
    }
    state = .set(at: deadline, scheduled: loop.scheduleTask(deadline: deadline, ring))
  }

  /// Notes that it has rung.
  mutating func rang() { state = .off }

  /// Never rings again by itself.
  mutating func cancel() {
    if case .set(_, let scheduled) = state { scheduled.cancel() }
    state = .off
  }
}

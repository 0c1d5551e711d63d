// Decides who in this process is woken when a line may have moved.

import MartletPostgres

/// Flags that changes of limits raise.
public struct LimitSignals: Sendable {
  /// A line is to be looked at; one task waits for it, the granter.
  public let lines = CommitSignal()
  /// Somebody may have been served; one task waits for it, the one who tells those who wait.
  public let grants = CommitSignal()
  /// A limit may be another, or fuller or emptier; one task waits for it, the one who tells watchers.
  public let changes = CommitSignal()

  /// Says that slots were taken or given back, or lines are to be looked at.
  func moved() {
    lines.raise()
    changes.raise()
  }

  /// Says that somebody was served.
  func granted() {
    grants.raise()
    changes.raise()
  }
}

extension Store {
  /// Raised by changes of limits in this process and by the hints of others.
  public var limitSignals: LimitSignals { signals }

  /// Wakes the granter, here or in another replica.
  func limitsChanged() {
    signals.moved()
    signals.granted()
    hints.raise()
  }

  /// Says that a limit is new, or that slots were taken that were free: only watchers care.
  func slotsTaken() {
    signals.changes.raise()
    hints.raise()
  }

  /// Wakes those who tell who was served, here and in other replicas.
  func slotsGranted() {
    signals.granted()
    hints.raise()
  }
}

// Decides who in this process is woken when a line may have moved.

import MartletPostgres

/// Flags that changes of limits raise.
public struct LimitSignals: Sendable {
  /// A line is to be looked at; one task waits for it, the granter.
  public let lines = CommitSignal()
  /// Somebody may have been served; one task waits for it, the one who tells those who wait.
  public let grants = CommitSignal()
}

extension Store {
  /// Raised by changes of limits in this process and by the hints of others.
  public var limitSignals: LimitSignals { signals }

  /// Wakes the granter, here or in another replica.
  func limitsChanged() {
    signals.lines.raise()
    signals.grants.raise()
    hints.raise()
  }

  /// Wakes those who tell who was served, here and in other replicas.
  func slotsGranted() {
    signals.grants.raise()
    hints.raise()
  }
}

// Decides who in this process is woken when a line may have moved, and whether it is known who left it.

public import MartletModel
import MartletPostgres

/// Flags that changes of limits raise.
public struct LimitSignals: Sendable {
  /// Who has left a line since somebody asked.
  public struct Departures: Sendable {
    /// Those of whom this process knows: they were served, or gave up.
    public var ids: Set<LeaseID> = []
    /// Whether others may have left as well.
    public var areOthers = false
  }

  /// A line is to be looked at; one task waits for it, the granter.
  public let lines = CommitSignal()
  /// Somebody may have been served; one task waits for it, the one who tells those who wait.
  public let grants = CommitSignal()
  /// A limit may be another, or fuller or emptier; one task waits for it, the one who tells watchers.
  public let changes = CommitSignal()

  private let departures = Locked(Departures())
  /// Where nobody takes them, departures are not remembered one by one.
  private static let most = 10_000

  /// Who has left a line since the last time.
  public func takeDepartures() -> Departures {
    departures.withLock { departures in
      defer { departures = Departures() }
      return departures
    }
  }

  /// Says that slots were taken or given back, or lines are to be looked at.
  func moved() {
    lines.raise()
    changes.raise()
  }

  /// Says that somebody may have left a line.
  func left() {
    departures.withLock { $0.areOthers = true }
    grants.raise()
    changes.raise()
  }

  /// Says who has left a line.
  func left(_ ids: some Collection<LeaseID>) {
    departures.withLock { departures in
      if departures.ids.count + ids.count > Self.most {
        departures = Departures(areOthers: true)
      } else {
        departures.ids.formUnion(ids)
      }
    }
    grants.raise()
    changes.raise()
  }
}

extension Store {
  /// Raised by changes of limits in this process and by the hints of others.
  public var limitSignals: LimitSignals { signals }

  /// Wakes the granter and those who tell who was served, here or in another replica.
  func limitsChanged() {
    signals.moved()
    signals.left()
    hints.raise()
  }

  /// Wakes the granter, here or in another replica: lines are longer.
  func linesMoved() {
    signals.moved()
    hints.raise()
  }

  /// Wakes the granter, and tells those who wait who has left: slots were given back, or places.
  func leftLines(_ ids: [LeaseID]) {
    signals.moved()
    signals.left(ids)
    hints.raise()
  }

  /// Says that a limit is new, or that slots were taken that were free: only watchers care.
  func slotsTaken() {
    signals.changes.raise()
    hints.raise()
  }

  /// Wakes those who tell who was served, here and in other replicas.
  func slotsGranted(_ ids: [LeaseID]) {
    signals.left(ids)
    hints.raise()
  }
}

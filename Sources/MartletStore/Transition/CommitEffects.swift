// Decides what others in this process are told of a commit of transitions: who has to look again.

import MartletModel

/// What a commit of transitions changed that somebody may wait for.
public struct CommitEffects: OptionSet, Sendable {
  /// The bits.
  public let rawValue: UInt8
  /// Takes bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Transitions were written.
  public static let transitions = CommitEffects(rawValue: 1)
  /// Lines of limits are to be looked at: slots were given back, or places.
  public static let lines = CommitEffects(rawValue: 2)
  /// Slots were taken.
  public static let slots = CommitEffects(rawValue: 4)
  /// Runs of deployments stand elsewhere between their pools and workers.
  public static let work = CommitEffects(rawValue: 8)
  /// Runs of deployments ended: another of their schedule or backfill may have waited for that.
  public static let endedWork = CommitEffects(rawValue: 16)

  /// What a plan changes once it is committed.
  init(_ plan: TransitionPlan) {
    self = []
    if !plan.transitions.isEmpty { insert(.transitions) }
    if !plan.slotsReleased.isEmpty { insert(.lines) }
    if plan.inserts.contains(where: { $0.run.placement != nil }) { insert(.work) }
    for run in plan.updates.lazy.map(\.state) where !run.isPlain && run.policy.isPlaced {
      insert(.work)
      if run.stateType.isTerminal { insert(.endedWork) }
    }
  }
}

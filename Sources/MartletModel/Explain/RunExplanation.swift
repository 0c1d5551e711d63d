// Decides why a run is where it is: the gates of its state in the order in which it passes them.

/// Why a run waits, what bounds it, or how it ended.
public struct RunExplanation: Sendable, Equatable {
  /// What it passes or waits at, in order; later versions know more kinds.
  public var gates: [Gate]
  /// All of it in one sentence.
  public var summary: String
  /// When the last closed gate opens, if each opens by itself.
  public var openTime: Instant?

  /// Explains a run from what is known of it.
  public init(_ facts: RunFacts) {
    gates = facts.gates
    let closed = gates.filter { $0.standing == .closed }
    let waits = closed.map(\.remedy).filter { !$0.isEmpty }.joined(separator: " and ")
    switch facts.run.stateType {
    case .scheduled, .pending: summary = "It starts when \(waits)."
    case .paused: summary = "It goes on when \(waits)."
    case .cancelling: summary = "It stops when \(waits)."
    case .running: summary = closed.isEmpty ? "It runs." : "It goes on when \(waits)."
    case .completed, .failed, .cancelled, .crashed: summary = "It has ended."
    }
    if waits.isEmpty, !facts.run.stateType.isTerminal, facts.run.stateType != .running {
      summary = "Nothing that is known here stands in its way."
    }
    if !closed.isEmpty, !facts.run.stateType.isTerminal,
      closed.allSatisfy({ $0.openTime != nil })
    {
      openTime = closed.compactMap(\.openTime).max()
    }
  }
}

extension RunFacts {
  /// The gates of the run's state.
  fileprivate var gates: [Gate] {
    switch state.detail {
    case .scheduled(let scheduled):
      [startGate(scheduled), parentGate, attemptGate].compactMap(\.self)
        + (work?.gates(isEarly: isEarly) ?? [])
        + limits.map { $0.gate(at: now) } + cacheKeys.map(\.gate) + [work?.workerGate ?? ownerGate]
    case .pending:
      [dueGate, parentGate, attemptGate].compactMap(\.self)
        + limits.map { $0.gate(at: now) } + cacheKeys.map(\.gate) + [ownerGate]
    case .running:
      [parentGate, attemptGate].compactMap(\.self) + limits.map { $0.gate(at: now) }
        + cacheKeys.map(\.gate) + [ownerGate, timeoutGate].compactMap(\.self)
    case .paused(let paused):
      [pauseGate(paused), parentGate].compactMap(\.self) + limits.map { $0.gate(at: now) }
        + [ownerGate]
    case .cancelling: [cancellationGate, ownerGate]
    case .completed, .failed, .cancelled, .crashed: [endGate]
    }
  }
}

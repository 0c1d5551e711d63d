// Decides what becomes of a run that was put back for others to take, by what the enclosing run has come to.

/// What becomes of a run that was put back for others, below another run.
public enum PutBackFate: Sendable, Equatable {
  /// It may be taken for as long as it lives; what stops the enclosing run later stops it by a cascade.
  case free
  /// It may be taken, but the enclosing run may end by itself, which does not cascade.
  case waits
  /// Nobody may take it any more: it is to be cancelled.
  case stranded
}

extension RunSnapshot {
  /// How long a crash that was only presumed leaves a task to be taken: creations are refused whose ids are older, so
  /// what a lost owner replays later than this begins nothing either.
  public static let presumption = Interval.hours(24)

  /// What becomes of a child of this run that was put back and waits for somebody.
  ///
  /// A run that is presumed crashed counts as going on: whoever comes back for it finds its tasks. When it has not come
  /// back in ``presumption`` they are stranded, while it stays as it is.
  public func fate(ofPutBack kind: RunKind, now: Instant) -> PutBackFate {
    if answer(toChildOf: kind) == .parentStopped { return .stranded }
    // A subflow needs no process of the enclosing run.
    if kind == .flow { return .free }
    return stateType == .crashed && transitionTime + Self.presumption <= now ? .stranded : .waits
  }
}

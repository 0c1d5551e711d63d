// Decides which runs a follower hears of.

public import MartletModel

/// The runs that a follower follows.
public enum FeedScope: Sendable, Equatable {
  /// All runs of a namespace.
  case namespace(Namespace)
  /// These runs.
  case runs(Set<RunID>, in: Namespace)
  /// Everything below these outermost runs, and themselves.
  case roots(Set<RunID>, in: Namespace)

  var namespace: Namespace {
    switch self {
    case .namespace(let name), .runs(_, let name), .roots(_, let name): name
    }
  }

  /// Whether a run may be in the scope, as far as that is known without its namespace.
  func mayContain(_ run: RunID, root: (RunID) -> RunID?) -> Bool {
    switch self {
    case .namespace: true
    case .runs(let runs, _): runs.contains(run)
    case .roots(let roots, _): roots.contains(run) || root(run).map(roots.contains) == true
    }
  }

  var needsRoots: Bool {
    if case .roots = self { true } else { false }
  }
}

/// One thing a follower hears of, with the token to go on after it.
public struct Followed<Value: Sendable>: Sendable {
  /// What happened.
  public var value: Value
  /// Everything up to this one has been delivered.
  public var token: ResumeToken
}

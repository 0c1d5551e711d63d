// Decides how a row of the state machine is shown.

internal import MartletModel
internal import MartletProto

extension MartletProto.TransitionRule {
  /// A row of the table.
  init(_ rule: MartletModel.TransitionRule) {
    self.init()
    id = rule.id
    from = StateMachine.states.filter { rule.from.contains($0) }.map { $0?.proto ?? .unspecified }
    event = EventKind.allCases.filter { rule.events.contains($0) }.map(\.description)
      .joined(separator: " | ")
    guards = rule.guards.map(\.description)
    if case .state(let type) = rule.target { to = type.proto }
    switch rule.ruling {
    case .accept: verdict = .accepted
    case .replace: verdict = .replaced
    case .wait: verdict = .wait
    case .refuse: verdict = .refused
    case .fence: verdict = .fenced
    case .duplicate, .existing, .ignore, .notFound, .alreadyExists, .outOfSequence:
      verdict = .unspecified
    }
    reason = rule.ruling.reason?.rawValue ?? (verdict == .unspecified ? rule.ruling.name : "")
    effects = rule.effects.names
  }
}

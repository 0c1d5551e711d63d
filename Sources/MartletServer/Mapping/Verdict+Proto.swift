// Decides how the store's answer to a command becomes a verdict of the contract.

internal import MartletModel
internal import MartletProto
internal import MartletStore

extension MartletProto.Verdict {
  /// The verdict of an answer; nil when the command was not decided.
  init?(_ answer: CommandAnswer) {
    self.init()
    switch answer.result {
    case .verdict(let verdict, let isDuplicate):
      code = Code(rawValue: Int32(verdict.code.rawValue))
      reason = verdict.reason?.rawValue ?? ""
      if case .wait(let interval, _) = verdict { wait = interval.duration }
      duplicate = isDuplicate
    case .existing:
      code = .accepted
      duplicate = true
    case .unchanged:
      code = .accepted
    case .failure, .unavailable: return nil
    }
    epoch = answer.epoch
    revision = answer.revision
    line = answer.line.map(LinePlace.init)
    if let state = answer.state, let time = answer.time {
      self.state = state.proto(at: time)
    } else if let type = answer.stateType {
      state = State(type: type.proto, name: answer.stateName)
    }
  }
}

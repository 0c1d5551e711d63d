// Decides how the gates of a run are shown.

internal import MartletModel
internal import MartletProto

extension MartletProto.Gate {
  /// A gate as the contract writes it.
  init(_ gate: MartletModel.Gate) {
    self.init()
    kind = Kind(rawValue: Int32(gate.kind.rawValue))
    status = Status(rawValue: Int32(gate.standing.rawValue))
    subject = gate.subject
    summary = gate.summary
    remedy = gate.remedy
    openTime = gate.openTime?.timestamp
    endTime = gate.endTime?.timestamp
    references = gate.references.map { MartletProto.GateReference($0) }
  }
}

extension MartletProto.GateReference {
  fileprivate init(_ reference: MartletModel.Gate.Reference) {
    self.init()
    switch reference {
    case .run(let id, let name, let since):
      target = .runID(id.description)
      self.name = name
      grantTime = since?.timestamp
    case .limit(let id, let name):
      target = .limitID(id.description)
      self.name = name
    case .session(let id, let holder):
      target = .sessionID(id.description)
      name = holder
    case .holder(let name, let since):
      self.name = name
      grantTime = since?.timestamp
    }
  }
}

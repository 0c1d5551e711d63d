// Decides how a state crosses the contract: the type and its detail become one case inside.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletModel.StateType {
  /// The type of the contract; nil for UNSPECIFIED and for numbers of later versions.
  init?(_ type: MartletProto.StateType) {
    guard let known = Self(rawValue: Int16(clamping: type.rawValue)) else { return nil }
    self = known
  }

  /// The type as the contract names it.
  var proto: MartletProto.StateType { MartletProto.StateType(rawValue: Int32(rawValue)) }
}

extension RunState {
  /// A state that a client proposes.
  ///
  /// - Throws: `InvalidValue` when the type is missing or the detail belongs to another type.
  init(proposed state: MartletProto.State) throws(InvalidValue) {
    guard let type = MartletModel.StateType(state.type) else {
      throw InvalidValue("propose.type", "is required: one of the nine state types")
    }
    let detail: Detail
    switch (type, state.detail) {
    case (.scheduled, .scheduled(let value)):
      detail = .scheduled(Scheduled(dueTime: value.dueTime.map(Instant.init), reason: value.reason))
    case (.scheduled, nil): detail = .scheduled(Scheduled())
    case (.pending, nil): detail = .pending
    case (.running, nil): detail = .running
    case (.paused, .paused(let value)):
      detail = .paused(Paused(until: value.untilTime.map(Instant.init), key: value.key))
    case (.paused, nil): detail = .paused(Paused())
    case (.cancelling, .cancelling), (.cancelling, nil): detail = .cancelling(deadline: nil)
    case (.completed, .completed(let value)):
      detail = .completed(
        Completed(
          result: try value.result.map { value throws(InvalidValue) in
            try MartletModel.Payload(value)
          }, cachedFrom: try RunID(optional: value.cachedFrom, "propose.completed.cached_from")))
    case (.completed, nil): detail = .completed(Completed())
    case (.failed, .failed(let value)):
      detail = .failed(
        Failed(
          errorType: value.errorType, errorMessage: value.errorMessage,
          traceback: value.traceback, retriable: value.retriable))
    case (.failed, nil): detail = .failed(Failed())
    case (.cancelled, nil): detail = .cancelled
    case (.crashed, .crashed(let value)):
      detail = .crashed(
        Crashed(
          signal: value.signal == 0 ? nil : value.signal,
          exitCode: value.exitCode == 0 ? nil : value.exitCode, note: value.note))
    case (.crashed, nil): detail = .crashed(Crashed())
    default:
      throw InvalidValue("propose.detail", "belongs to another type than \(type)")
    }
    self.init(detail, name: state.name, message: state.message)
  }

  /// The state as the contract writes it.
  func proto(at time: Instant, observedTime: Instant? = nil) -> MartletProto.State {
    var state = MartletProto.State()
    state.type = type.proto
    state.name = name
    state.message = message
    state.time = time.timestamp
    state.observedTime = observedTime?.timestamp
    switch detail {
    case .scheduled(let value):
      if value.dueTime != nil || !value.reason.isEmpty {
        var scheduled = MartletProto.Scheduled()
        scheduled.dueTime = value.dueTime?.timestamp
        scheduled.reason = value.reason
        state.detail = .scheduled(scheduled)
      }
    case .paused(let value):
      var paused = MartletProto.Paused()
      paused.untilTime = value.until?.timestamp
      paused.key = value.key
      state.detail = .paused(paused)
    case .cancelling(let deadline):
      var cancelling = MartletProto.Cancelling()
      cancelling.untilTime = deadline?.timestamp
      state.detail = .cancelling(cancelling)
    case .completed(let value):
      if value.result != nil || value.cachedFrom != nil {
        var completed = MartletProto.Completed()
        completed.result = value.result?.proto
        completed.cachedFrom = value.cachedFrom?.description ?? ""
        state.detail = .completed(completed)
      }
    case .failed(let value):
      var failed = MartletProto.Failed()
      failed.errorType = value.errorType
      failed.errorMessage = value.errorMessage
      failed.traceback = value.traceback
      failed.retriable = value.retriable
      state.detail = .failed(failed)
    case .crashed(let value):
      var crashed = MartletProto.Crashed()
      crashed.signal = value.signal ?? 0
      crashed.exitCode = value.exitCode ?? 0
      crashed.note = value.note
      crashed.presumptive = value.isPresumptive
      state.detail = .crashed(crashed)
    case .pending, .running, .cancelled: break
    }
    return state
  }
}

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
  /// A state that a client proposes, with no more of its texts than is kept.
  ///
  /// - Throws: `InvalidValue` when the type is missing or the detail belongs to another type.
  init(proposed state: MartletProto.State, _ field: String = "propose") throws(InvalidValue) {
    guard let type = MartletModel.StateType(state.type) else {
      throw InvalidValue("\(field).type", "is required: one of the nine state types")
    }
    let detail: Detail
    switch (type, state.detail) {
    case (.scheduled, .scheduled(let value)):
      detail = .scheduled(Scheduled(dueTime: value.dueTime.map(Instant.init), reason: value.reason))
    case (.scheduled, nil): detail = .scheduled(Scheduled())
    case (.pending, nil): detail = .pending
    case (.running, nil): detail = .running
    case (.paused, .paused(let value)):
      let place = "\(field).paused.input_schema"
      let schema = try value.inputSchema?.jsonText(place) ?? ""
      if !schema.isEmpty { try InputCheck.check(schema: schema, place) }
      detail = .paused(
        Paused(
          until: value.untilTime.map(Instant.init), key: value.key, inputSchema: schema,
          isSuspended: value.suspended))
    case (.paused, nil): detail = .paused(Paused())
    case (.cancelling, .cancelling), (.cancelling, nil): detail = .cancelling(deadline: nil)
    case (.completed, .completed(let value)):
      detail = .completed(
        Completed(
          result: try value.result.map { value throws(InvalidValue) in
            try MartletModel.Payload(value, "\(field).completed.result")
          }, cachedFrom: try RunID(optional: value.cachedFrom, "\(field).completed.cached_from")))
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
      throw InvalidValue("\(field).detail", "belongs to another type than \(type)")
    }
    var name = state.name
    if name.isEmpty, case .paused(let paused) = detail, paused.isSuspended { name = "Suspended" }
    self.init(detail, name: name, message: state.message)
    if let kept = state.annotations, !kept.isEmpty {
      annotations = try kept.jsonText("\(field).annotations")
    }
    self = cut()
  }

  /// The state as the contract writes it.
  func proto(at time: Instant, observedTime: Instant? = nil) -> MartletProto.State {
    var state = MartletProto.State()
    state.type = type.proto
    state.name = name
    state.message = message
    state.time = time.timestamp
    state.observedTime = observedTime?.timestamp
    if !annotations.isEmpty { state.annotations = JSONObject(stored: annotations) }
    switch detail {
    case .scheduled(let value):
      if value.dueTime != nil || !value.reason.isEmpty || value.cause != nil {
        var scheduled = MartletProto.Scheduled()
        scheduled.dueTime = value.dueTime?.timestamp
        scheduled.reason = value.reason
        switch value.cause {
        case .failed(let failed)?: scheduled.cause = .failed(failed.proto)
        case .crashed(let crashed)?: scheduled.cause = .crashed(crashed.proto)
        case nil: break
        }
        state.detail = .scheduled(scheduled)
      }
    case .paused(let value):
      var paused = MartletProto.Paused()
      paused.untilTime = value.until?.timestamp
      paused.key = value.key
      if !value.inputSchema.isEmpty { paused.inputSchema = JSONObject(stored: value.inputSchema) }
      paused.suspended = value.isSuspended
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
      state.detail = .failed(value.proto)
    case .crashed(let value):
      state.detail = .crashed(value.proto)
    case .pending, .running, .cancelled: break
    }
    return state
  }
}

extension RunState.Failed {
  /// The error as the contract writes it.
  fileprivate var proto: MartletProto.Failed {
    var failed = MartletProto.Failed()
    failed.errorType = errorType
    failed.errorMessage = errorMessage
    failed.traceback = traceback
    failed.retriable = retriable
    return failed
  }
}

extension RunState.Crashed {
  /// The loss as the contract writes it.
  fileprivate var proto: MartletProto.Crashed {
    var crashed = MartletProto.Crashed()
    crashed.signal = signal ?? 0
    crashed.exitCode = exitCode ?? 0
    crashed.note = note
    crashed.presumptive = isPresumptive
    return crashed
  }
}

// Decides what of a run's message is taken when a run is created: the fields that a client may choose.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension NewRun {
  /// What a client asks to be created; output-only fields are ignored.
  ///
  /// - Parameters:
  ///   - field: the path of the run in the request, for errors.
  ///   - actor: who creates it.
  /// - Throws: `InvalidValue`, which names the field.
  init(_ run: Run, _ field: String, actor: String) throws(InvalidValue) {
    let kind: MartletModel.RunKind
    switch run.kind {
    case .unspecified, .flow: kind = .flow
    case .task: kind = .task
    case .unrecognized(let number):
      throw InvalidValue("\(field).kind", "is \(number), which this server does not know")
    }
    var dependencies: [Dependency] = []
    for (index, edge) in run.dependencies.enumerated() {
      dependencies.append(
        Dependency(
          runID: try RunID(required: edge.runID, "\(field).dependencies[\(index)].run_id"),
          parameter: edge.parameter, isData: !edge.parameter.isEmpty))
    }
    self.init(
      kind: kind, name: run.name, definition: run.definition,
      definitionVersion: run.definitionVersion,
      parentID: try RunID(optional: run.parentID, "\(field).parent_id"),
      dueTime: try Self.dueTime(run.state, field),
      parameters: try run.parameters?.jsonText("\(field).parameters") ?? "",
      dependencies: dependencies, labels: run.labels, tags: run.tags,
      timeout: run.timeout.map(Interval.init), retry: try Self.retry(run, field),
      loss: try Self.loss(run, field), limits: try Self.limits(run, field), createdBy: actor,
      traceParent: run.traceParent)
  }

  private static func retry(
    _ run: Run, _ field: String
  ) throws(InvalidValue) -> MartletModel.RetryPolicy? {
    guard let retry = run.retry else { return nil }
    return try MartletModel.RetryPolicy(retry, "\(field).retry")
  }

  private static func loss(
    _ run: Run, _ field: String
  ) throws(InvalidValue) -> MartletModel.LossPolicy {
    guard let loss = run.loss else { return .crash }
    return try MartletModel.LossPolicy(loss, "\(field).loss")
  }

  private static func limits(_ run: Run, _ field: String) throws(InvalidValue) -> [SlotNeed] {
    var needs: [SlotNeed] = []
    for (index, limit) in run.limits.enumerated() {
      needs.append(try SlotNeed(limit, "\(field).limits[\(index)]"))
    }
    return needs
  }

  private static func dueTime(
    _ state: MartletProto.State?, _ field: String
  ) throws(InvalidValue) -> Instant? {
    guard let state else { return nil }
    switch (state.type, state.detail) {
    case (.unspecified, nil), (.scheduled, nil): return nil
    case (.unspecified, .scheduled(let scheduled)), (.scheduled, .scheduled(let scheduled)):
      return scheduled.dueTime.map(Instant.init)
    default:
      throw InvalidValue(
        "\(field).state", "must be SCHEDULED or absent: report other states after the creation")
    }
  }
}

extension UniqueIdentifier {
  /// An id that must be given.
  init(required text: String, _ field: String) throws(InvalidValue) {
    guard let id = try Self(optional: text, field) else {
      throw InvalidValue(field, "is required: a UUID")
    }
    self = id
  }

  /// An id that may be empty.
  init?(optional text: String, _ field: String) throws(InvalidValue) {
    if text.isEmpty { return nil }
    guard let id = Self(text) else {
      throw InvalidValue(field, "is not a UUID such as 0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90")
    }
    self = id
  }
}

extension Message {
  /// The message as JSON text.
  func jsonText(_ field: String) throws(InvalidValue) -> String {
    do {
      return String(decoding: try encodeJSON(options: .standard), as: UTF8.self)
    } catch {
      throw InvalidValue(field, "cannot be kept as JSON: \(error.message)")
    }
  }
}

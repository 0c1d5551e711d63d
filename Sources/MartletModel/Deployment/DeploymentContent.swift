// Decides what people say of a deployment, and which of that is kept.

/// A deployment as somebody asked for it.
public struct DeploymentContent: Sendable, Equatable {
  /// The flow that its runs are runs of.
  public var flow: String
  /// Unique within the flow.
  public var name: String
  /// For people.
  public var description = ""
  /// For finding it.
  public var labels: [String: String] = [:]
  /// Whether nothing of it is scheduled or offered.
  public var isPaused = false
  /// What a run of it is.
  public var spec = DeploymentSpec()
  /// When it runs by itself.
  public var schedules: [ScheduleSpec] = []
  /// How many of its runs may be with workers at a time; nil for any number.
  public var concurrencyLimit: Int32?
  /// What becomes of a run that is due while so many are.
  public var collision = CollisionStrategy.enqueue

  /// Names a deployment.
  public init(flow: String, name: String) {
    self.flow = flow
    self.name = name
  }

  /// Checks it, the fit of parameters to their schema included.
  ///
  /// - Parameter field: The path of it in the request, for the errors.
  /// - Throws: `InvalidValue`; `ParameterFaults`.
  public func validate(_ field: String) throws {
    try validateFields(field)
    try spec.validate("\(field).spec")
    let check: ParameterCheck
    do throws(SchemaError) {
      check = try ParameterCheck(spec)
    } catch {
      throw InvalidValue(
        "\(field).spec.parameter_schema", "is no schema that can be used: \(error)")
    }
    var faults = check.faults(in: spec.parameters, "\(field).spec.parameters", isPartial: true)
    for (index, schedule) in schedules.enumerated() {
      let path = "\(field).schedules[\(index)].parameters"
      guard let own = JSONMembers(text: schedule.parameters) else {
        faults.append(InvalidValue(path, "is no JSON object"))
        continue
      }
      faults += check.faults(in: own, path, isPartial: true)
    }
    if !faults.isEmpty { throw ParameterFaults(faults) }
  }

  private func validateFields(_ field: String) throws(InvalidValue) {
    try InvalidValue.check(flow, "\(field).flow", limit: RunLimits.name)
    if flow.isEmpty { throw InvalidValue("\(field).flow", "is required: the name of a flow") }
    if name.isEmpty { throw InvalidValue("\(field).name", "is required") }
    guard name.count <= DeploymentSpec.nameLength else {
      throw InvalidValue(
        "\(field).name", "is longer than \(DeploymentSpec.nameLength) characters")
    }
    for scalar in name.unicodeScalars where scalar == "/" || scalar.value < 0x20 {
      throw InvalidValue("\(field).name", "must have no slash and no control character")
    }
    try InvalidValue.check(description, "\(field).description", limit: RunLimits.message)
    try InvalidValue.check(labels: labels, "\(field).labels")
    if let concurrencyLimit, !(1...LimitBounds.slots.upperBound).contains(concurrencyLimit) {
      throw InvalidValue(
        "\(field).concurrency_limit", "must be from 0 to \(LimitBounds.slots.upperBound)")
    }
  }
}

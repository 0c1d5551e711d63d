// Decides which specifications are kept.

extension DeploymentSpec {
  /// Longest name of a pool, a queue or a deployment, in characters.
  static let nameLength = 200
  /// Longest name of an image, in bytes.
  static let imageLength = 1000

  /// Checks a specification, but not whether its parameters fit its schema.
  ///
  /// - Parameter field: The path of it in the request, for the error.
  func validate(_ field: String) throws(InvalidValue) {
    try InvalidValue.check(versionName, "\(field).version_name", limit: RunLimits.name)
    try InvalidValue.check(pool, "\(field).pool", limit: 4 * Self.nameLength)
    try InvalidValue.check(queue, "\(field).queue", limit: 4 * Self.nameLength)
    if pool.isEmpty, !queue.isEmpty {
      throw InvalidValue("\(field).queue", "belongs to a pool: give pool too")
    }
    try InvalidValue.check(labels: workerLabels, "\(field).worker_labels")
    try executable?.validate(field)
    try InvalidValue.check(image, "\(field).image", limit: Self.imageLength)
    if pullSteps.count > PullStep.most {
      throw InvalidValue(
        "\(field).pull_steps", "has \(pullSteps.count) steps: at most \(PullStep.most)")
    }
    for (index, step) in pullSteps.enumerated() {
      try step.validate("\(field).pull_steps[\(index)]")
    }
    try jobVariables.validate("\(field).job_variables")
    try parameters.validate("\(field).parameters")
    try parameterSchema?.validate("\(field).parameter_schema")
    try annotations.validate("\(field).annotations")
    // What its runs have is bound as that of any run.
    do {
      try NewRun(
        kind: .flow, definition: "-", labels: runLabels, tags: tags, timeout: timeout, retry: retry,
        loss: loss, limits: limits
      ).validate(field)
    } catch {
      var fault = error
      if fault.field.hasPrefix("\(field).labels") {
        fault.field = "\(field).run_" + fault.field.dropFirst(field.utf8.count + 1)
      }
      throw fault
    }
  }
}

extension JSONMembers {
  /// Checks that an object is small enough and can be stored.
  public func validate(_ field: String) throws(InvalidValue) {
    let text = JSON.object(self).description
    guard text.utf8.count <= RunLimits.inline else {
      throw InvalidValue(
        field, "is \(text.utf8.count) bytes long: at most \(RunLimits.inline) are kept")
    }
    if JSON.object(self).holdsNUL {
      throw InvalidValue(field, "holds \\u0000, which cannot be stored")
    }
  }
}

extension JSON {
  /// Whether a text in it has the character that Postgres cannot store.
  fileprivate var holdsNUL: Bool {
    switch self {
    case .null, .bool, .number: false
    case .string(let text): text.text.utf8.contains(0)
    case .array(let values): values.contains(where: \.holdsNUL)
    case .object(let members):
      members.names.contains { $0.text.utf8.contains(0) || members[$0]?.holdsNUL == true }
    }
  }
}

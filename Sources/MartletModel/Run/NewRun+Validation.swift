// Decides which runs may be created.

extension NewRun {
  /// Checks the content of a run that a client creates.
  ///
  /// - Parameter field: The path of the run in the request, for the error.
  /// - Throws: `InvalidValue`, which names the field.
  public func validate(_ field: String = "create") throws(InvalidValue) {
    try InvalidValue.check(name, "\(field).name", limit: RunLimits.name)
    try InvalidValue.check(definition, "\(field).definition", limit: RunLimits.name)
    if definition.isEmpty { throw InvalidValue("\(field).definition", "is empty") }
    try InvalidValue.check(
      definitionVersion, "\(field).definition_version", limit: RunLimits.name)
    try InvalidValue.check(dueTime, "\(field).due_time")
    try InvalidValue.check(parameters, "\(field).parameters", limit: RunLimits.inline)
    try InvalidValue.check(createdBy, "\(field).created_by", limit: RunLimits.name)
    try InvalidValue.check(traceParent, "\(field).trace_parent", limit: RunLimits.word)
    try InvalidValue.check(labels: labels, "\(field).labels")
    if tags.count > RunLimits.tags {
      throw InvalidValue("\(field).tags", "has \(tags.count) tags: at most \(RunLimits.tags)")
    }
    for tag in tags {
      try InvalidValue.check(tag, "\(field).tags", limit: RunLimits.labelValue)
      if tag.isEmpty { throw InvalidValue("\(field).tags", "has an empty tag") }
    }
    if dependencies.count > RunLimits.dependencies {
      throw InvalidValue(
        "\(field).dependencies", "has more than \(RunLimits.dependencies) edges")
    }
    for dependency in dependencies {
      try InvalidValue.check(
        dependency.parameter, "\(field).dependencies.parameter", limit: RunLimits.name)
    }
    for (interval, name) in [(timeout, "timeout"), (heartbeatInterval, "heartbeat_interval")] {
      if let interval, interval <= .zero {
        throw InvalidValue("\(field).\(name)", "is not positive")
      }
    }
    if let timeout, timeout > RunLimits.longestTimeout {
      throw InvalidValue("\(field).timeout", "is longer than a year")
    }
    try retry?.validate("\(field).retry")
    try loss.validate("\(field).loss")
    try limits.validate("\(field).limits")
  }
}

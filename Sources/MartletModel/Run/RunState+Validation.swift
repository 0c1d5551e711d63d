// Decides which proposed states may be stored.

extension RunState {
  /// Checks a state that a client proposes.
  ///
  /// - Parameter field: The path of the state in the request, for the error.
  /// - Throws: `InvalidValue`, which names the field.
  public func validate(_ field: String = "propose") throws(InvalidValue) {
    try InvalidValue.check(name, "\(field).name", limit: RunLimits.stateName)
    if name.isEmpty { throw InvalidValue("\(field).name", "is empty") }
    try InvalidValue.check(message, "\(field).message", limit: RunLimits.message)
    try InvalidValue.check(annotations, "\(field).annotations", limit: RunLimits.annotations)
    switch detail {
    case .pending, .running, .cancelled: break
    case .scheduled(let scheduled):
      try InvalidValue.check(scheduled.dueTime, "\(field).scheduled.due_time")
      try InvalidValue.check(
        scheduled.reason, "\(field).scheduled.reason", limit: RunLimits.word)
    case .paused(let paused):
      try InvalidValue.check(paused.until, "\(field).paused.until")
      try InvalidValue.check(paused.key, "\(field).paused.key", limit: RunLimits.word)
      try InvalidValue.check(
        paused.inputSchema, "\(field).paused.input_schema", limit: RunLimits.inline)
    case .cancelling(let deadline):
      try InvalidValue.check(deadline, "\(field).cancelling.deadline")
    case .completed(let completed):
      try completed.result?.validate("\(field).completed.result")
    case .failed(let failed):
      try InvalidValue.check(
        failed.errorType, "\(field).failed.error_type", limit: RunLimits.word)
      try InvalidValue.check(
        failed.errorMessage, "\(field).failed.error_message", limit: RunLimits.errorMessage)
      try InvalidValue.check(
        failed.traceback, "\(field).failed.traceback", limit: RunLimits.traceback)
    case .crashed(let crashed):
      try InvalidValue.check(crashed.note, "\(field).crashed.note", limit: RunLimits.message)
    }
  }
}

extension Payload {
  /// Checks a payload.
  ///
  /// - Parameter field: The path of the payload in the request, for the error.
  /// - Throws: `InvalidValue`, which names the field.
  public func validate(_ field: String) throws(InvalidValue) {
    try InvalidValue.check(mediaType, "\(field).media_type", limit: RunLimits.word)
    if size < 0 { throw InvalidValue("\(field).size", "is negative") }
    if !digest.isEmpty {
      let hexadecimal = digest.utf8.dropFirst(7)
      guard digest.hasPrefix("sha256:"), hexadecimal.count == 64,
        hexadecimal.allSatisfy({
          UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
        })
      else {
        throw InvalidValue("\(field).digest", "is not sha256: and 64 lower-case hexadecimal digits")
      }
    }
    switch body {
    case .json(let text):
      try InvalidValue.check(text, "\(field).json", limit: RunLimits.inline)
    case .data(let bytes):
      if bytes.count > RunLimits.inline {
        throw InvalidValue(
          "\(field).data", "is \(bytes.count) bytes long: at most \(RunLimits.inline) go inline")
      }
    case .uri(let text):
      try InvalidValue.check(text, "\(field).uri", limit: RunLimits.address)
      if text.isEmpty { throw InvalidValue("\(field).uri", "is empty") }
      if text.hasPrefix(Self.storedScheme),
        UUIDValue(text: String(text.dropFirst(Self.storedScheme.count))) == nil
      {
        throw InvalidValue(
          "\(field).uri",
          "is not the address of a stored result, such as"
            + " \(Self.storedScheme)0199d3a1-7c00-7a3f-8e21-4b5d6c7e8f90")
      }
    }
  }
}

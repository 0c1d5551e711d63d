// Decides which value a variable of a template has, and what becomes of its places.

extension JobTemplate {
  /// The job of a run.
  ///
  /// A variable has the value of the last layer that names it, or else its default. Where a place is all of a text, the
  /// value is put as it is; elsewhere as text. A place without a value drops its key or its item.
  ///
  /// - Parameter layers: objects of values, such as the deployment's and the run's, with their names for errors.
  /// - Throws: `InvalidValue` for a name that is no variable, and a value that does not fit the schema.
  public func job(
    _ layers: [(name: String, values: JSON)]
  ) throws(InvalidValue) -> JSON {
    var values = defaults
    for (layer, given) in layers {
      guard case .object(let members) = given else {
        throw InvalidValue(layer, "must be an object of values for the pool's template")
      }
      try checkNames(of: members, layer)
      for name in members.names { values.set(name, to: members[name] ?? .null) }
    }
    let report: SchemaReport
    do { report = try judge(.object(values)) } catch {
      throw InvalidValue("job_variables", "cannot be checked: \(error)")
    }
    if let fault = report.violations.first {
      throw InvalidValue(
        "job_variables" + fault.pointer.replacing("/", with: "."), fault.problem)
    }
    return Self.filled(job, with: values) ?? .object(JSONMembers())
  }

  /// Refuses values that no job could be made with, whatever others are given beside them.
  ///
  /// - Parameter field: the path of the values, for the error.
  /// - Throws: `InvalidValue` for a name that is no variable, and a value that does not fit the schema.
  public func check(_ given: JSONMembers, _ field: String) throws(InvalidValue) {
    try checkNames(of: given, field)
    var values = defaults
    for name in given.names { values.set(name, to: given[name] ?? .null) }
    let report: SchemaReport
    do { report = try judge(.object(values)) } catch {
      throw InvalidValue(field, "cannot be checked: \(error)")
    }
    let names = Set(given.names.map(\.text))
    // What is missing may come with the run.
    let fault = report.violations.first { violation in
      violation.pointer.split(separator: "/").first.map { names.contains(String($0)) } ?? false
    }
    if let fault {
      throw InvalidValue(field + fault.pointer.replacing("/", with: "."), fault.problem)
    }
  }

  /// Refuses values of what is no variable. A template that declares no variables takes any: they are for whoever reads
  /// them from the run.
  ///
  /// - Parameter field: the path of the values, for the error.
  /// - Throws: `InvalidValue` with the names that there are.
  public func checkNames(of values: JSONMembers, _ field: String) throws(InvalidValue) {
    let known = names
    if known.isEmpty { return }
    for name in values.names where !known.contains(name.text) {
      var problem = "is no variable of the pool's template"
      if let nearest = known.nearest(to: String(name.text.prefix(100))) {
        problem += ": did you mean \"\(nearest)\"?"
      }
      problem += "; it has \(known.sorted().prefix(50).joined(separator: ", "))"
      throw InvalidValue("\(field).\(name)", problem)
    }
  }

  /// The defaults of the variables. One that is null stands for none.
  private var defaults: JSONMembers {
    var values = JSONMembers()
    guard case .object(let members)? = variables["properties"] else { return values }
    for name in members.names {
      if let value = members[name]?["default"], value != .null { values.set(name, to: value) }
    }
    return values
  }

  private static func filled(_ value: JSON, with values: JSONMembers) -> JSON? {
    switch value {
    case .string(let text): return filled(text.text, with: values)
    case .array(let items): return .array(items.compactMap { filled($0, with: values) })
    case .object(let members):
      var result = JSONMembers()
      for name in members.names {
        if let value = filled(members[name] ?? .null, with: values) { result.set(name, to: value) }
      }
      return .object(result)
    case .null, .bool, .number: return value
    }
  }

  private static func filled(_ text: String, with values: JSONMembers) -> JSON? {
    let pieces = Piece.pieces(of: text)
    if case .place(let name)? = pieces.first, pieces.count == 1 { return values[JSONText(name)] }
    let parts = pieces.map { piece -> String in
      switch piece {
      case .text(let text): text
      case .place(let name):
        switch values[JSONText(name)] {
        case .string(let text)?: text.text
        case .null?, nil: ""
        case let value?: value.description
        }
      }
    }
    return .string(JSONText(parts.joined()))
  }
}

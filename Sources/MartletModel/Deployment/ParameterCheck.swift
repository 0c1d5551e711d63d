// Decides which parameters the runs of a deployment may have: those that its schema knows, of the types it gives them.

/// What is wrong with parameters.
public struct ParameterFaults: Error, Sendable, Equatable {
  /// Each with its field; never empty.
  public let faults: [InvalidValue]

  /// Gathers faults.
  public init(_ faults: [InvalidValue]) { self.faults = faults }
}

/// The check of parameters against the schema of a deployment, compiled once.
public struct ParameterCheck: Sendable {
  private let schema: Schema?
  /// The names that the schema knows; nil when it takes any name, or says itself which.
  private let known: Set<JSONText>?

  /// The most names that are looked through for the one that was meant.
  private static let mostNames = 200

  /// Compiles the schema of a specification.
  ///
  /// - Throws: when it is no schema that can be used.
  public init(_ spec: DeploymentSpec) throws(SchemaError) {
    guard let document = spec.parameterSchema else {
      schema = nil
      known = nil
      return
    }
    let compiled = try Schema(.object(document))
    schema = spec.allowsAnyParameters ? nil : compiled
    // What flows are generated with says nothing of further names, and means that there are none.
    let others: [JSONText] = [
      "additionalProperties", "patternProperties", "unevaluatedProperties", "$ref", "allOf",
      "anyOf", "oneOf", "if", "dependentSchemas",
    ]
    if case .object(let properties)? = document["properties"], schema != nil,
      others.allSatisfy({ document[$0] == nil })
    {
      known = Set(properties.names)
    } else {
      known = nil
    }
  }

  /// Everything that is wrong with some parameters, by the name of the parameter.
  ///
  /// - Parameters:
  ///   - field: The path of the parameters in the request.
  ///   - isPartial: Whether parameters that are missing may come later.
  public func faults(
    in parameters: JSONMembers, _ field: String, isPartial: Bool = false
  ) -> [InvalidValue] {
    guard let schema else { return [] }
    var faults = parameters.names.compactMap { name in
      known?.contains(name) == false
        ? InvalidValue("\(field).\(name)", unknown(name.text)) : nil
    }
    let report: SchemaReport
    do throws(SchemaError) {
      report = try schema.judge(.object(parameters))
    } catch {
      return faults + [InvalidValue(field, "cannot be judged: \(error)")]
    }
    for violation in report.violations {
      if isPartial, violation.pointer.isEmpty, violation.keyword == "required" { continue }
      let names = JSONPointer.names(of: violation.pointer) ?? []
      let place = names.first.map { "\(field).\($0)" } ?? field
      let inside = names.count > 1 ? "at \(violation.pointer) " : ""
      faults.append(InvalidValue(place, inside + violation.problem))
    }
    return faults
  }

  private func unknown(_ name: String) -> String {
    let names = (known ?? []).map(\.text).sorted().prefix(Self.mostNames)
    if names.isEmpty { return "is not known: the flow takes no parameters" }
    if name.utf8.count <= RunLimits.word, let meant = names.nearest(to: name) {
      return "is not known: did you mean \"\(meant)\"?"
    }
    return "is not known: there are \(names.prefix(20).joined(separator: ", "))"
  }
}

// Decides how a deployment is named in a request.

/// How a deployment is named: by its id, or by its flow and its name.
public enum DeploymentReference: Sendable, Hashable, CustomStringConvertible {
  /// By its id.
  case id(DeploymentID)
  /// By its flow and its name.
  case named(flow: String, name: String)

  /// Reads an id or `flow/name`; a flow may have slashes in its name, a deployment none.
  ///
  /// - Throws: `InvalidValue` for anything else.
  public init(_ text: String, _ field: String) throws(InvalidValue) {
    if let id = DeploymentID(text) {
      self = .id(id)
      return
    }
    guard let slash = text.lastIndex(of: "/"), slash > text.startIndex,
      text.index(after: slash) < text.endIndex
    else {
      throw InvalidValue(
        field, text.isEmpty ? "is required: an id or flow/name" : "is neither an id nor flow/name")
    }
    try InvalidValue.check(text, field, limit: RunLimits.name + 4 * DeploymentSpec.nameLength)
    self = .named(
      flow: String(text[..<slash]), name: String(text[text.index(after: slash)...]))
  }

  /// The id, or `flow/name`.
  public var description: String {
    switch self {
    case .id(let id): "\(id)"
    case .named(let flow, let name): "\(flow)/\(name)"
    }
  }

  /// The id, when it is named by that.
  public var id: DeploymentID? { if case .id(let id) = self { id } else { nil } }
  /// The flow, when it is named by that.
  public var flow: String? { if case .named(let flow, _) = self { flow } else { nil } }
  /// The name, when it is named by that.
  public var name: String? { if case .named(_, let name) = self { name } else { nil } }
}

// Decides what stands for something else in a manifest: `{{ $NAME }}`, `{{ martlet.variables.name }}` (Prefect's word is
// read too), and `{{ step.output }}` of a step that was taken before. A text that is nothing but one of these becomes
// the value itself, whatever its type.

/// What templates may refer to.
public struct ManifestContext: Sendable, Equatable {
  /// The environment of the one who deploys.
  public var environment: [String: String]
  /// Variables of the server, by their names.
  public var variables: [String: JSON]
  /// Outputs of the steps that were taken, by the ids of those; nil while none was, and then they stay as written.
  public var outputs: [String: JSON]?

  /// Knows only what is given.
  public init(
    environment: [String: String] = [:], variables: [String: JSON] = [:],
    outputs: [String: JSON]? = nil
  ) {
    self.environment = environment
    self.variables = variables
    self.outputs = outputs
  }
}

/// Something in braces.
enum ManifestReference: Hashable {
  case environment(String)
  case variable(String)
  case block
  case output(String, [String])

  init(_ text: Substring) {
    let text = text.trimmed
    if text.hasPrefix("$") {
      self = .environment(String(text.dropFirst()))
      return
    }
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    switch (parts.first, parts.dropFirst().first) {
    case ("prefect"?, "variables"?), ("martlet"?, "variables"?):
      self = .variable(parts.dropFirst(2).joined(separator: "."))
    case ("prefect"?, "blocks"?), ("martlet"?, "blocks"?): self = .block
    default: self = .output(parts[0], Array(parts.dropFirst()))
    }
  }
}

extension ManifestContext {
  /// The variables of the server that a tree refers to.
  public static func variables(in tree: JSON) -> Set<String> {
    switch tree {
    case .string(let text):
      return Set(
        pieces(text.text).compactMap { piece in
          if case .reference(_, .variable(let name)) = piece { return name }
          return nil
        })
    case .array(let values): return values.reduce(into: []) { $0.formUnion(variables(in: $1)) }
    case .object(let members):
      return members.names.reduce(into: []) { $0.formUnion(variables(in: members[$1] ?? .null)) }
    default: return []
    }
  }

  /// A tree with its templates filled in; what cannot be filled in is noted, and stays.
  func filled(_ value: ManifestValue, _ notes: inout ManifestNotes) -> ManifestValue {
    ManifestValue(json: filled(value.json, value.place, &notes), place: value.place)
  }

  private func filled(_ json: JSON, _ place: JSONPointer, _ notes: inout ManifestNotes) -> JSON {
    switch json {
    case .string(let text): return filled(text.text, place, &notes)
    case .array(let values):
      return .array(
        values.enumerated().map { filled($1, place.appending(.index($0)), &notes) })
    case .object(let members):
      var filledMembers = JSONMembers()
      for name in members.names {
        filledMembers.set(
          name, to: filled(members[name] ?? .null, place.appending(.name(name)), &notes))
      }
      return .object(filledMembers)
    default: return json
    }
  }

  private func filled(_ text: String, _ place: JSONPointer, _ notes: inout ManifestNotes) -> JSON {
    let pieces = Self.pieces(text)
    if pieces.count == 1, case .reference(_, let reference) = pieces[0] {
      return value(of: reference, place, &notes) ?? .string(JSONText(text))
    }
    var filled = ""
    for piece in pieces {
      switch piece {
      case .text(let text): filled += text
      case .reference(let written, let reference):
        switch value(of: reference, place, &notes) {
        case .string(let text)?: filled += text.text
        case .null?: break
        case let other?: filled += other.description
        case nil: filled += written
        }
      }
    }
    return .string(JSONText(filled))
  }

  private func value(
    of reference: ManifestReference, _ place: JSONPointer, _ notes: inout ManifestNotes
  ) -> JSON? {
    switch reference {
    case .environment(let name):
      if let value = environment[name] { return .string(JSONText(value)) }
      notes.refuse(place, "refers to $\(name), which is not set: export \(name)=… first")
    case .variable(let name):
      if let value = variables[name] { return value }
      notes.refuse(
        place, "refers to the variable \(name), which is not there: `martlet variable set \(name)`")
    case .block:
      notes.refuse(
        place, "refers to a block, which Martlet does not have: use a variable, or {{ $NAME }}")
    case .output(let step, let path):
      guard let outputs else { return nil }
      var value = outputs[step]
      for name in path { value = value?[name] }
      if let value { return value }
      let known = outputs.keys.sorted().nearest(to: step).map { "; did you mean \($0)?" } ?? ""
      notes.refuse(
        place, "refers to \(([step] + path).joined(separator: ".")), which no step made\(known)")
    }
    return nil
  }

  /// A line of shell for a worker, whose shell knows its own environment.
  static func leavingEnvironment(_ text: String) -> String {
    pieces(text).map { piece in
      switch piece {
      case .reference(_, .environment(let name)): "${\(name)}"
      case .reference(let written, _), .text(let written): written
      }
    }.joined()
  }

  /// A piece of a text.
  enum Piece: Hashable {
    case text(String)
    case reference(written: String, ManifestReference)
  }

  /// A text, cut where braces begin and end.
  static func pieces(_ text: String) -> [Piece] {
    var pieces: [Piece] = []
    var rest = Substring(text)
    while let open = rest.firstRange(of: "{{"),
      let close = rest[open.upperBound...].firstRange(of: "}}")
    {
      let inner = rest[open.upperBound..<close.lowerBound]
      // Braces of other languages, such as {{ }} of a shell's template, are texts.
      guard !inner.trimmed.isEmpty else {
        pieces.append(.text(String(rest[..<close.upperBound])))
        rest = rest[close.upperBound...]
        continue
      }
      if open.lowerBound > rest.startIndex {
        pieces.append(.text(String(rest[..<open.lowerBound])))
      }
      pieces.append(
        .reference(
          written: String(rest[open.lowerBound..<close.upperBound]), ManifestReference(inner)))
      rest = rest[close.upperBound...]
    }
    if !rest.isEmpty || pieces.isEmpty { pieces.append(.text(String(rest))) }
    return pieces
  }
}

extension Substring {
  /// The text without blanks at its ends.
  fileprivate var trimmed: Substring {
    var text = self
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}

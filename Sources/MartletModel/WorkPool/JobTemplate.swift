// Decides what a job template is: a schema of variables and a job with places for them; and which of them make sense.

/// How a run becomes a job of a pool.
public struct JobTemplate: Sendable, Equatable {
  /// The JSON schema of the variables: an object whose properties may have defaults.
  public let variables: JSON
  /// The job, with the places of variables.
  public let job: JSON
  private let schema: Schema

  /// Compares what it was made of.
  public static func == (left: Self, right: Self) -> Bool {
    left.variables == right.variables && left.job == right.job
  }

  /// Makes a template.
  ///
  /// - Parameter field: the path of the template in the request, for errors.
  /// - Throws: `InvalidValue`, which names a schema that is none, and a place without a variable.
  public init(variables: JSON, job: JSON, _ field: String = "template") throws(InvalidValue) {
    guard case .object = variables else {
      throw InvalidValue("\(field).variables", "must be a JSON schema of an object")
    }
    guard case .object = job else { throw InvalidValue("\(field).job", "must be an object") }
    if let type = variables["type"], type != .string("object") {
      throw InvalidValue("\(field).variables.type", "must be \"object\"")
    }
    do {
      schema = try Schema(variables)
    } catch { throw InvalidValue("\(field).variables", "is no JSON schema: \(error)") }
    self.variables = variables
    self.job = job
    let names = Set(self.names)
    try Self.eachText(in: job, at: "\(field).job") { text, path throws(InvalidValue) in
      for case .place(let name) in Piece.pieces(of: text) where !names.contains(name) {
        var problem = "has a place for \"\(name.prefix(100))\", which is none of the variables"
        if let nearest = names.sorted().nearest(to: String(name.prefix(100))) {
          problem += ": did you mean \"\(nearest)\"?"
        }
        throw InvalidValue(path, problem)
      }
    }
  }

  /// Reads what ``text`` wrote.
  /// - Throws: `InvalidValue` when it is no template.
  public init(text: String, _ field: String = "template") throws(InvalidValue) {
    let document: JSON
    do { document = try JSON(parsing: text) } catch {
      throw InvalidValue(field, "is no JSON: \(error)")
    }
    try self.init(
      variables: document["variables"] ?? .object(JSONMembers()),
      job: document["job"] ?? document["job_configuration"] ?? .object(JSONMembers()), field)
  }

  /// The template as JSON text.
  public var text: String {
    var members = JSONMembers()
    members.set("variables", to: variables)
    members.set("job", to: job)
    return JSON.object(members).description
  }

  /// The names of the variables.
  var names: [String] {
    guard case .object(let members)? = variables["properties"] else { return [] }
    return members.names.map(\.text)
  }

  /// What is wrong with some values of the variables.
  func judge(_ values: JSON) throws(SchemaError) -> SchemaReport { try schema.judge(values) }

  private static func eachText(
    in value: JSON, at path: String, _ body: (String, String) throws(InvalidValue) -> Void
  ) throws(InvalidValue) {
    switch value {
    case .string(let text): try body(text.text, path)
    case .array(let values):
      for (index, value) in values.enumerated() {
        try eachText(in: value, at: "\(path)[\(index)]", body)
      }
    case .object(let members):
      for name in members.names {
        try eachText(in: members[name] ?? .null, at: "\(path).\(name)", body)
      }
    case .null, .bool, .number: break
    }
  }

  /// A part of a text.
  enum Piece: Equatable {
    case text(String)
    /// The place of a variable: `{{ name }}`.
    case place(String)

    /// Takes a text apart.
    static func pieces(of text: String) -> [Piece] {
      var pieces: [Piece] = []
      var rest = text[...]
      while let open = rest.firstRange(of: "{{"),
        let close = rest[open.upperBound...].firstRange(of: "}}")
      {
        if open.lowerBound > rest.startIndex {
          pieces.append(.text(String(rest[..<open.lowerBound])))
        }
        let name = rest[open.upperBound..<close.lowerBound]
        pieces.append(.place(name.trimmingBlanks))
        rest = rest[close.upperBound...]
      }
      if !rest.isEmpty { pieces.append(.text(String(rest))) }
      return pieces
    }
  }
}

extension Substring {
  /// The text without blanks at its ends.
  fileprivate var trimmingBlanks: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}

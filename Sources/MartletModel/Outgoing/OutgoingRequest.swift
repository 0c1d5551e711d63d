// Decides what the server may ask of others on somebody's behalf: which methods and fields, and what an answer means.

/// A request to a place that somebody chose.
public struct OutgoingRequest: Sendable, Equatable {
  /// A field of the head.
  public struct Field: Sendable, Equatable {
    /// In lower case.
    public var name: String
    /// Its value.
    public var value: String
  }

  /// `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
  public var method = "POST"
  /// Where to.
  public var address: WebAddress
  /// The fields, without those that say where the body ends.
  public private(set) var fields: [Field] = []
  /// The body.
  public var body = ""
  /// Whether the certificate of the other side must be good.
  public var verifies = true
  /// Whether it may go to addresses that are not public, where the server allows them.
  public var allowsPrivate = true
  /// How long the answer may take, where less than usual.
  public var patience: Interval?

  /// Makes a request.
  public init(to address: WebAddress) { self.address = address }

  /// Adds a field.
  public mutating func add(_ name: String, _ value: String, _ field: String) throws(InvalidValue) {
    let name = name.lowercased()
    let isName =
      !name.isEmpty
      && name.utf8.allSatisfy { Percent.isPlain($0) || "!#$%&'*+^`|".utf8.contains($0) }
    guard isName, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
      throw InvalidValue(field, "has a field that is none: \(name.prefix(100))")
    }
    guard !Self.own.contains(name) else {
      throw InvalidValue(field, "sets \(name), which the server does")
    }
    guard fields.count < 100 else { throw InvalidValue(field, "has more than 100 fields") }
    fields.removeAll { $0.name == name }
    fields.append(Field(name: name, value: value))
  }

  /// Gives it JSON to carry.
  mutating func carry(_ json: JSON) {
    body = json.description
    carry(type: "application/json")
  }

  /// Says what the body is, where nothing is said yet.
  mutating func carry(type: String) {
    guard !fields.contains(where: { $0.name == "content-type" }) else { return }
    fields.append(Field(name: "content-type", value: type))
  }

  /// The methods there are.
  public static let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
  private static let own: Set = [
    "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
    "expect",
  ]
}

/// What came back.
public struct OutgoingAnswer: Sendable, Equatable {
  /// What is made of an answer.
  public enum Meaning: Sendable {
    /// It was done.
    case done
    /// It was not, and may be another time.
    case later
    /// It was not.
    case refused
  }

  /// The status.
  public var status: Int
  /// The fields of the head.
  public var fields: [(name: String, value: String)]
  /// The beginning of the body.
  public var body: String

  /// Makes an answer.
  public init(status: Int, fields: [(name: String, value: String)], body: String) {
    self.status = status
    self.fields = fields
    self.body = body
  }

  /// What is made of it. That it leads elsewhere is no deed: nobody looked at where.
  public var meaning: Meaning {
    switch status {
    case 200..<300: .done
    case 408, 425, 429, 500...: .later
    default: .refused
    }
  }

  /// What is told of it: the status, and as much of the rest as is not secret and not long.
  public var told: [(String, JSON?)] {
    let secret = ["cookie", "auth", "token", "secret", "key", "credential", "session"]
    let open = fields.prefix(50).filter { field in
      !secret.contains { field.name.lowercased().contains($0) }
    }
    return [
      ("status_code", .integer(status)), ("response_body", Self.text(body.prefix(1000))),
      (
        "response_headers",
        .object(open.map { ($0.name.lowercased(), Self.text($0.value.prefix(500))) })
      ),
    ]
  }

  /// A text that can be stored.
  private static func text(_ text: Substring) -> JSON { .text(text.filter { $0 != "\0" }) }

  /// Whether all parts are the same.
  public static func == (left: Self, right: Self) -> Bool {
    left.status == right.status && left.body == right.body
      && left.fields.elementsEqual(right.fields) { $0.name == $1.name && $0.value == $1.value }
  }
}

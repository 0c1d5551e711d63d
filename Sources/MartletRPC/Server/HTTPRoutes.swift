// Decides what is served beside calls: a few exact paths with small bodies, such as `/metrics`.

public import MartletHTTP

/// A small response that is complete at once.
public struct PlainResponse: Sendable {
  /// The status code.
  public var status: Int
  /// The `content-type`.
  public var contentType: String
  /// The body.
  public var body: [UInt8]
  /// Further fields.
  public var fields: HTTPFields

  /// Makes a response of bytes.
  public init(status: Int, contentType: String, body: [UInt8], fields: HTTPFields = HTTPFields()) {
    self.status = status
    self.contentType = contentType
    self.body = body
    self.fields = fields
  }

  /// Makes a response of text.
  public static func text(
    _ text: String, status: Int = 200, contentType: String = "text/plain; charset=utf-8"
  ) -> PlainResponse {
    PlainResponse(status: status, contentType: contentType, body: Array(text.utf8))
  }
}

/// The plain paths of a server, each with the closure that answers GET and HEAD.
public struct HTTPRoutes: Sendable {
  /// Answers a request. Runs off the event loop, so it may take its time.
  public typealias Respond = @Sendable (HTTPRequestHead) async -> PlainResponse

  private var table: [String: Respond] = [:]

  /// Makes an empty table.
  public init() {}

  /// Whether nothing is served.
  public var isEmpty: Bool { table.isEmpty }

  /// The closure of an exact path (without query); setting nil removes it.
  public subscript(path: String) -> Respond? {
    get { table[path] }
    set { table[path] = newValue }
  }
}

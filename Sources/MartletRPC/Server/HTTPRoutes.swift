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
  private var trees: [(prefix: String, handler: any HTTPHandler)] = []

  /// Makes an empty table.
  public init() {}

  /// Whether nothing is served.
  public var isEmpty: Bool { table.isEmpty && trees.isEmpty }

  /// Serves everything below a path, such as `/ui`, by a handler of its own.
  public mutating func mount(_ prefix: String, _ handler: any HTTPHandler) {
    trees.append((prefix, handler))
    trees.sort { $0.prefix.utf8.count > $1.prefix.utf8.count }
  }

  /// The handler of the longest prefix of a path.
  func tree(of path: String) -> (any HTTPHandler)? {
    trees.first { path == $0.prefix || path.hasPrefix($0.prefix + "/") }?.handler
  }

  /// The closure of an exact path (without query); setting nil removes it.
  public subscript(path: String) -> Respond? {
    get { table[path] }
    set { table[path] = newValue }
  }
}

// Decides which texts name a server: `http://host:port`, with 4200 when the port is left out.

public import MartletHTTP

/// The address of a server.
public struct ServerAddress: Sendable, Equatable {
  /// Where to connect.
  public let endpoint: HTTPEndpoint

  /// Reads an address; a path such as `/api` is left aside.
  ///
  /// - Throws: `AddressError` when the text is no such address.
  public init(_ text: String) throws(AddressError) {
    guard text.hasPrefix("http://") else {
      throw AddressError(
        text: text,
        problem: text.hasPrefix("https://")
          ? "TLS is not supported yet" : "it does not begin with http://")
    }
    let authority = text.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
    let host: Substring
    var rest: Substring
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else {
        throw AddressError(text: text, problem: "a bracket is not closed")
      }
      host = authority[authority.index(after: authority.startIndex)..<end]
      rest = authority[authority.index(after: end)...]
    } else {
      host = authority.prefix { $0 != ":" }
      rest = authority[host.endIndex...]
    }
    guard !host.isEmpty else { throw AddressError(text: text, problem: "it names no host") }
    var port = 4200
    if rest.hasPrefix(":") {
      rest = rest.dropFirst()
      guard let number = Int(rest), (1...65535).contains(number) else {
        throw AddressError(text: text, problem: "\(rest) is no port")
      }
      port = number
    } else if !rest.isEmpty {
      throw AddressError(text: text, problem: "\(rest) follows the host")
    }
    endpoint = .tcp(host: String(host), port: port)
  }
}

/// A text that names no server.
public struct AddressError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The text.
  public let text: String
  /// What is wrong with it.
  public let problem: String

  /// One line for people.
  public var description: String {
    "\"\(text)\" is not the address of a server: \(problem); give one such as http://127.0.0.1:4200"
  }
}

// Decides which texts name a server: `http://host:port` or `https://host:port`, or several with commas between
// them for the replicas of one server. As in every URL, a port that is left out is 80 or 443.

public import MartletHTTP

/// The address of a server.
public struct ServerAddress: Sendable, Equatable {
  /// Where to connect, in the order in which the replicas are tried.
  public let endpoints: [HTTPEndpoint]
  /// Whether the server is spoken to over TLS.
  public let isSecure: Bool

  /// Reads an address; a path such as `/api` is left aside.
  ///
  /// - Throws: `AddressError` when the text is no such address.
  public init(_ text: String) throws(AddressError) {
    var endpoints: [HTTPEndpoint] = []
    var schemes: Set<Bool> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let isSecure = part.hasPrefix("https://")
      guard isSecure || part.hasPrefix("http://") else {
        throw AddressError(text: text, problem: "it does not begin with http:// or https://")
      }
      schemes.insert(isSecure)
      let authority = part.dropFirst(isSecure ? 8 : 7).prefix { $0 != "/" && $0 != "?" }
      endpoints.append(try Self.endpoint(authority, isSecure ? 443 : 80, of: text))
    }
    guard schemes.count == 1, let isSecure = schemes.first else {
      throw AddressError(text: text, problem: "it mixes http and https")
    }
    self.endpoints = endpoints
    self.isSecure = isSecure
  }

  private static func endpoint(
    _ authority: Substring, _ standardPort: Int, of text: String
  ) throws(AddressError) -> HTTPEndpoint {
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
    guard rest.hasPrefix(":") else {
      guard rest.isEmpty else {
        throw AddressError(text: text, problem: "\(rest) follows the host")
      }
      return .tcp(host: String(host), port: standardPort)
    }
    rest = rest.dropFirst()
    guard let port = Int(rest), (1...65535).contains(port) else {
      throw AddressError(text: text, problem: "\(rest) is no port")
    }
    return .tcp(host: String(host), port: port)
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

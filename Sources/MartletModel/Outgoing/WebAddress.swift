// Decides what an address of the web is and which parts a request takes from it. It is often a secret: no problem repeats it.

/// An address such as `https://user:password@host:8443/path?query`.
public struct WebAddress: Sendable, Hashable {
  /// Whether it is spoken to over TLS.
  public var isSecure: Bool
  /// A name, or an address without its brackets.
  public var host: String
  /// The port.
  public var port: Int
  /// The path and the query, as a request line has them.
  public var target: String
  /// `user:password`, where it says them.
  public var credentials: String?

  /// Longest, in bytes.
  public static let longest = 8000

  /// Reads an address.
  public init(_ text: String, _ field: String) throws(InvalidValue) {
    guard text.utf8.count <= Self.longest else {
      throw InvalidValue(field, "is longer than \(Self.longest) bytes")
    }
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\\") }) else {
      throw InvalidValue(field, "has blanks, backslashes or control characters in it")
    }
    let lowered = text.prefix(8).lowercased()
    if lowered.hasPrefix("https://") {
      isSecure = true
    } else if lowered.hasPrefix("http://") {
      isSecure = false
    } else {
      throw InvalidValue(field, "must begin with http:// or https://")
    }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    var authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    let local = rest.dropFirst(authority.count).prefix { $0 != "#" }
    target = Percent.kept(local.first == "/" ? String(local) : "/" + local)
    if let at = authority.lastIndex(of: "@") {
      credentials = Percent.decoded(String(authority[..<at]))
      authority = authority[authority.index(after: at)...]
    }
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else {
        throw InvalidValue(field, "has a host that does not end")
      }
      host = String(authority[authority.index(after: authority.startIndex)..<end])
      authority = authority[authority.index(after: end)...]
    } else {
      host = String(authority.prefix { $0 != ":" })
      authority = authority.dropFirst(host.count)
    }
    let isHost = !host.isEmpty && host.utf8.count <= 253 && host.utf8.allSatisfy(Self.isOfHost)
    guard isHost else { throw InvalidValue(field, "has no host, or one that is none") }
    port = isSecure ? 443 : 80
    guard !authority.isEmpty, authority != ":" else { return }
    guard authority.first == ":", let number = UInt16(authority.dropFirst()), number > 0 else {
      throw InvalidValue(field, "has a port that is none")
    }
    port = Int(number)
  }

  /// What the `host` field of a request says.
  public var authority: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
  }

  /// The address with more in its query.
  public func adding(_ query: [(String, String)]) -> WebAddress {
    if query.isEmpty { return self }
    var address = self
    address.target += (target.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + Percent.form(query)
    return address
  }

  private static func isOfHost(_ byte: UInt8) -> Bool {
    Percent.isPlain(byte) || byte == UInt8(ascii: ":")
  }
}

// Decides which requests may come from a browser, and what browsers are told of that (CORS, as
// https://fetch.spec.whatwg.org/#http-cors-protocol has it): with authentication off, a web page must not be able to
// drive a server on loopback, neither across origins nor by rebinding a name of its own to 127.0.0.1.

import MartletHTTP

/// Which hosts and origins are served. Pure.
public struct OriginPolicy: Sendable, Equatable {
  /// Host names served besides loopback ones, in lower case, without port.
  public var allowedHosts: Set<String>
  /// Origins served besides the server's own, as browsers write them (`https://ui.example.com`).
  public var allowedOrigins: Set<String>
  /// Whether any host name is served: right only where authentication is on.
  public var allowsAnyHost: Bool

  /// Loopback names and the server's own origin only.
  public static let loopback = OriginPolicy()

  /// Makes a policy.
  public init(
    allowedHosts: Set<String> = [], allowedOrigins: Set<String> = [], allowsAnyHost: Bool = false
  ) {
    self.allowedHosts = allowedHosts
    self.allowedOrigins = allowedOrigins
    self.allowsAnyHost = allowsAnyHost
  }

  /// Why something cannot be an origin whose pages are let in, and what to write; nil when it can. Pure.
  public static func fault(inAllowed origin: String) -> String? {
    let refusal = "allow-origin cannot be \"\(origin)\": "
    if origin == "*" {
      return refusal
        + "any page could then drive the server; name each origin, such as https://ui.example.com"
    }
    guard let separator = origin.firstRange(of: "://"), separator.lowerBound > origin.startIndex,
      separator.upperBound < origin.endIndex
    else {
      return refusal + "it must be a scheme and a host, such as https://ui.example.com"
    }
    var right = origin.lowercased()
    if let scheme = right.firstRange(of: "://"),
      let slash = right[scheme.upperBound...].firstIndex(of: "/")
    {
      right = String(right[..<slash])
    }
    for (scheme, port) in [("http://", ":80"), ("https://", ":443")]
    where right.hasPrefix(scheme) && right.hasSuffix(port) {
      right.removeLast(port.count)
    }
    return right == origin ? nil : refusal + "browsers write it \(right)"
  }

  /// Why a request is refused; nil when it is served.
  public func refusal(authority: String, origin: String?) -> String? {
    let host = Self.host(of: authority)
    if !allowsAnyHost, !Self.isLoopback(host), !allowedHosts.contains(host.lowercased()) {
      return authority.isEmpty
        ? "the request names no host"
        : "host \(host) is not served here; allow it or use localhost"
    }
    guard let origin, !allowedOrigins.contains(origin) else { return nil }
    if let scheme = origin.firstRange(of: "://"), origin[scheme.upperBound...] == authority[...] {
      return nil
    }
    return "origin \(origin) may not call this server"
  }

  /// What a response tells the browser whose page, from an origin that is served, asked for it.
  func responseFields(origin: String?) -> HTTPFields {
    guard let origin else { return HTTPFields() }
    var fields = HTTPFields()
    fields.append("access-control-allow-origin", origin)
    fields.append("access-control-expose-headers", "*")
    fields.append("vary", "origin")
    return fields
  }

  /// The answer to the question a browser asks before a call that no form could send.
  func preflightFields(origin: String, asked: String?) -> HTTPFields {
    var fields = responseFields(origin: origin)
    fields.append("access-control-allow-methods", "POST, GET")
    // What is asked for is allowed: every field of a call is either known or the caller's metadata.
    if let asked { fields.append("access-control-allow-headers", asked) }
    fields.append("access-control-max-age", "7200")
    return fields
  }

  /// The host of an authority, without port and brackets.
  static func host(of authority: String) -> Substring {
    if authority.first == "[" {
      return authority.dropFirst().prefix { $0 != "]" }
    }
    guard let colon = authority.utf8.lastIndex(of: UInt8(ascii: ":")) else { return authority[...] }
    return authority[..<colon]
  }

  /// `localhost`, `127.0.0.0/8` and `::1`.
  static func isLoopback(_ host: Substring) -> Bool {
    if host == "127.0.0.1" || host == "localhost" || host == "::1" { return true }
    if host.lowercased() == "localhost" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { UInt8($0) != nil && $0.utf8.allSatisfy { $0 >= 0x30 && $0 <= 0x39 } }
  }
}

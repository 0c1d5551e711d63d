// Decides which HTTP/1.1 request heads are served and what of them a handler sees: the same as over HTTP/2,
// without what concerns only the connection. Anything two parsers could read differently is refused.

import NIOCore
import NIOHTTP1

/// A request head as HTTP/1.1 framed it.
struct HTTP1RequestHead {
  /// How the head asks for the connection and the body.
  struct Framing: Equatable {
    /// The connection may serve another request.
    var keepsAlive: Bool
    /// The client waits for `100 Continue` before it sends the body.
    var expectsContinue: Bool
    /// The response may be chunked and carry trailers: false for HTTP/1.0.
    var takesChunks: Bool
    /// The response has no body: HEAD.
    var isHead: Bool
    /// The protocols that the client would rather speak, in lower case.
    var upgrades: [String] = []
  }

  /// Why a head is refused: the status that says so.
  struct Refusal: Error, Equatable {
    let status: Int
  }

  let request: HTTPRequestHead
  let framing: Framing

  /// Judges a decoded head (RFC 9112, 3.2, 6.1 and 6.3).
  init(
    _ head: NIOHTTP1.HTTPRequestHead, limits: HTTPLimits, isSecure: Bool
  ) throws(Refusal) {
    guard head.version.major == 1 else { throw Refusal(status: 505) }
    guard head.method != .CONNECT else { throw Refusal(status: 501) }
    let isCurrent = head.version.minor >= 1
    try Self.checkLength(head.headers, isCurrent: isCurrent)

    var fields = HTTPFields()
    fields.reserveCapacity(512)
    for (name, value) in head.headers where !Self.isConnectionField(name) {
      fields.append(name, value)
    }
    guard fields.listSize <= limits.headerListSize, fields.count <= limits.headerCount else {
      throw Refusal(status: 431)
    }
    let (authority, path) = try Self.target(head, isCurrent: isCurrent)
    request = HTTPRequestHead(
      method: head.method.rawValue, scheme: isSecure ? "https" : "http", authority: authority,
      path: path,
      fields: fields, version: .http1)

    let expect = head.headers["expect"]
    guard expect.allSatisfy({ $0.lowercased() == "100-continue" }) else {
      throw Refusal(status: 417)
    }
    // The decoder takes what follows an upgrade for another protocol, so nothing else can follow.
    let asksUpgrade = head.headers.contains(name: "upgrade")
    framing = Framing(
      keepsAlive: head.isKeepAlive && !asksUpgrade,
      expectsContinue: !expect.isEmpty && isCurrent, takesChunks: isCurrent,
      isHead: head.method == .HEAD, upgrades: asksUpgrade ? Self.upgrades(head) : [])
  }

  /// What a request without a body asks to go over to (RFC 9110, 7.8).
  private static func upgrades(_ head: NIOHTTP1.HTTPRequestHead) -> [String] {
    guard head.method == .GET, head.version.minor >= 1,
      !head.headers.contains(name: "content-length"),
      !head.headers.contains(name: "transfer-encoding"),
      head.headers[canonicalForm: "connection"].contains(where: { $0.lowercased() == "upgrade" })
    else { return [] }
    return head.headers[canonicalForm: "upgrade"].map { $0.lowercased() }
  }

  /// Refuses bodies whose length is said twice or in a way that not everyone reads alike.
  private static func checkLength(_ headers: HTTPHeaders, isCurrent: Bool) throws(Refusal) {
    let lengths = headers["content-length"]
    let codings = headers["transfer-encoding"]
    guard lengths.count <= 1, codings.isEmpty || lengths.isEmpty else {
      throw Refusal(status: 400)
    }
    guard codings.isEmpty || isCurrent else { throw Refusal(status: 400) }
    guard codings.count <= 1, codings.allSatisfy({ $0.lowercased() == "chunked" }) else {
      throw Refusal(status: 501)
    }
  }

  /// The authority and the path of the four forms of a request target.
  private static func target(
    _ head: NIOHTTP1.HTTPRequestHead, isCurrent: Bool
  ) throws(Refusal) -> (authority: String, path: String) {
    let hosts = head.headers["host"]
    guard hosts.count == 1 || (hosts.isEmpty && !isCurrent) else { throw Refusal(status: 400) }
    let host = hosts.first ?? ""
    try checkAuthority(host)
    if head.uri.utf8.first == UInt8(ascii: "/") { return (host, head.uri) }
    if head.uri == "*", head.method == .OPTIONS { return (host, "*") }
    for scheme in ["http://", "https://"]
    where head.uri.prefix(scheme.count).lowercased() == scheme {
      let rest = head.uri.dropFirst(scheme.count)
      let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
      guard end > rest.startIndex else { throw Refusal(status: 400) }
      let path = rest[end...]
      let authority = String(rest[..<end])
      try checkAuthority(authority)
      return (authority, path.first == "/" ? String(path) : "/" + path)
    }
    throw Refusal(status: 400)
  }

  private static func checkAuthority(_ authority: String) throws(Refusal) {
    var authority = authority
    let isWellFormed = authority.withUTF8 {
      AuthoritySyntax.isWellFormed(UnsafeRawBufferPointer($0))
    }
    guard isWellFormed else { throw Refusal(status: 400) }
  }

  /// Fields that concern only this connection (RFC 9110, 7.6.1), and `Host`, which is the authority.
  private static func isConnectionField(_ name: String) -> Bool {
    switch name.lowercased() {
    case "host", "connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade",
      "http2-settings", "expect":
      true
    default: false
    }
  }
}

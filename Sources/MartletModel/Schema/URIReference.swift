// Decides how URIs are read and resolved: RFC 3986.

/// A URI, or what stands for one where a base is known.
struct URIReference: Sendable {
  var scheme: String?
  var authority: String?
  var path: String
  var query: String?
  var fragment: String?

  /// Reads a text; nil when it has characters that no URI has.
  init?(_ text: String) {
    guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"<>\"{}|\\^`".utf8.contains($0) })
    else {
      return nil
    }
    var rest = Substring(text)
    if let mark = rest.firstIndex(of: "#") {
      fragment = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: ":"), !rest[..<mark].contains("/") {
      let name = rest[..<mark]
      guard let first = name.utf8.first, (0x61...0x7A).contains(first | 0x20),
        name.utf8.allSatisfy({ Self.isUnreserved($0) && $0 != 0x5F && $0 != 0x7E || $0 == 0x2B })
      else { return nil }
      scheme = name.lowercased()
      rest = rest[rest.index(after: mark)...]
    }
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex(of: "/") ?? rest.endIndex
      authority = String(rest[..<end])
      rest = rest[end...]
    }
    path = String(rest)
  }

  /// The text without the fragment.
  var withoutFragment: String {
    (scheme.map { $0 + ":" } ?? "") + (authority.map { "//" + $0 } ?? "") + path
      + (query.map { "?" + $0 } ?? "")
  }

  /// The URI that this one means where a base is known.
  func resolved(against base: URIReference) -> URIReference {
    var result = self
    if scheme == nil {
      result.scheme = base.scheme
      if authority == nil {
        result.authority = base.authority
        if path.isEmpty {
          result.path = base.path
          result.query = query ?? base.query
        } else if !path.hasPrefix("/") {
          let folder = base.path.lastIndex(of: "/").map { base.path[...$0] }
          result.path = (folder ?? (base.authority == nil ? "" : "/")) + path
        }
      }
    }
    result.path = Self.withoutDots(result.path)
    return result
  }

  private static func withoutDots(_ path: String) -> String {
    guard path.contains("/.") || path.hasPrefix(".") else { return path }
    var parts: [Substring] = []
    let all = path.split(separator: "/", omittingEmptySubsequences: false)
    for (index, part) in all.enumerated() {
      let isLast = index == all.count - 1
      switch part {
      case ".": if isLast { parts.append("") }
      case "..":
        if parts.count > 1 { parts.removeLast() }
        if isLast { parts.append("") }
      default: parts.append(part)
      }
    }
    return parts.joined(separator: "/")
  }

  /// A text with its percent escapes undone; nil when they are wrong.
  static func unescaped(_ text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "%")) else { return text }
    let bytes = Array(text.utf8)
    var plain: [UInt8] = []
    var at = 0
    while at < bytes.count {
      if bytes[at] == UInt8(ascii: "%") {
        guard at + 2 < bytes.count, isHexadecimal(bytes[at + 1]), isHexadecimal(bytes[at + 2]),
          let byte = UInt8(String(decoding: bytes[at + 1...at + 2], as: UTF8.self), radix: 16)
        else { return nil }
        plain.append(byte)
        at += 3
      } else {
        plain.append(bytes[at])
        at += 1
      }
    }
    return String(validating: plain, as: UTF8.self)
  }

  /// Whether each part has only characters that it may have.
  var isWellFormed: Bool {
    let isGood = { (text: String, others: String) in
      Self.isEscapedRight(text)
        && text.utf8.allSatisfy {
          Self.isUnreserved($0) || "%!$&'()*+,;=".utf8.contains($0) || others.utf8.contains($0)
        }
    }
    guard isGood(path, ":@/"), isGood(query ?? "", ":@/?"), isGood(fragment ?? "", ":@/?") else {
      return false
    }
    guard let authority else { return true }
    var host = Substring(authority)
    if let mark = host.lastIndex(of: "@") {
      guard isGood(String(host[..<mark]), ":") else { return false }
      host = host[host.index(after: mark)...]
    }
    if host.hasPrefix("["), let end = host.firstIndex(of: "]") {
      guard Self.isIPv6(host[..<end].dropFirst().utf8) else { return false }
      host = host[host.index(after: end)...]
      guard host.isEmpty || host.hasPrefix(":") else { return false }
    }
    if let mark = host.firstIndex(of: ":") {
      guard host[mark...].dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
        return false
      }
      host = host[..<mark]
    }
    return isGood(String(host), "")
  }

  private static func isEscapedRight(_ text: String) -> Bool {
    text.utf8.split(separator: UInt8(ascii: "%"), omittingEmptySubsequences: false).dropFirst()
      .allSatisfy { $0.count >= 2 && $0.prefix(2).allSatisfy(isHexadecimal) }
  }

  private static func isUnreserved(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
      || "-._~".utf8.contains(byte)
  }

  static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
  }

  /// Four numbers up to 255.
  static func isIPv4(_ bytes: some Sequence<UInt8>) -> Bool {
    let parts = String(decoding: Array(bytes), as: UTF8.self).split(
      separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy {
        (1...3).contains($0.utf8.count) && ($0 == "0" || $0.first != "0")
          && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } && Int($0)! < 256
      }
  }

  /// Eight groups, a run of which may be left out once; the last two may be an IPv4 address.
  static func isIPv6(_ bytes: some Sequence<UInt8>) -> Bool {
    let text = String(decoding: Array(bytes), as: UTF8.self)
    let halves = text.split(separator: "::", omittingEmptySubsequences: false)
    guard halves.count <= 2 else { return false }
    var groups = 0
    for (index, half) in halves.enumerated() where !half.isEmpty {
      let parts = half.split(separator: ":", omittingEmptySubsequences: false)
      for (place, part) in parts.enumerated() {
        if part.contains(".") {
          guard index == halves.count - 1, place == parts.count - 1, isIPv4(part.utf8) else {
            return false
          }
          groups += 2
        } else {
          guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexadecimal) else {
            return false
          }
          groups += 1
        }
      }
    }
    return halves.count == 2 ? groups < 8 : groups == 8
  }
}

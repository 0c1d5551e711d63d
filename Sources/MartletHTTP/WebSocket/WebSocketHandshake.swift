// Decides which requests open a WebSocket, and what they are answered (RFC 6455, 4.2).

/// The handshake of a WebSocket.
public enum WebSocketHandshake {
  private static let suffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

  /// The protocols that a request offers, in its order.
  public static func protocols(of head: HTTPRequestHead) -> [String] {
    head.fields.values(of: "sec-websocket-protocol").flatMap { list in
      list.split(separator: ",").map { String($0.drop { $0 == " " }.prefix { $0 != " " }) }
    }
  }

  /// The fields of the 101 response; nil when the request is no handshake of version 13.
  ///
  /// - Parameter chosen: the one protocol of those offered that is spoken; nil for none.
  public static func answer(_ head: HTTPRequestHead, speaking chosen: String?) -> HTTPFields? {
    guard head.method == "GET", head.fields["sec-websocket-version"] == "13",
      let key = head.fields["sec-websocket-key"], key.utf8.count == 24, key.hasSuffix("==")
    else { return nil }
    var fields = HTTPFields()
    fields.append("sec-websocket-accept", base64(SHA1.digest(of: Array((key + suffix).utf8))))
    if let chosen { fields.append("sec-websocket-protocol", chosen) }
    return fields
  }

  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        text.append(
          place <= group.count ? digits[word >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

// Decides what one message is between the wire and its Swift value: bytes, compressed or not.

import MartletCall
import MartletHTTP
import MartletWire
import NIOCore

/// How messages may be compressed; `identity` is the absence of it.
package enum Compression: Sendable, Equatable {
  case gzip

  /// The name in header fields.
  static let name = "gzip"
  /// What is told of what is understood here.
  static let accepted = "identity,gzip"
  /// Whether a list such as `identity, deflate, gzip;q=1` names gzip, or else anything by `*`, and does not forbid it
  /// (RFC 9110, 12.5.3; names of codings have no case, 8.4.1).
  static func isAccepted(in list: UnsafeRawBufferPointer) -> Bool {
    var takesAnything = false
    for entry in list.split(separator: UInt8(ascii: ",")) {
      var name = entry.drop { $0 == 0x20 || $0 == 0x09 }
      let weight = name.drop { $0 != UInt8(ascii: ";") }
      name = name.prefix(name.count - weight.count)
      while name.last == 0x20 || name.last == 0x09 { name = name.dropLast() }
      let isNamed = UnsafeRawBufferPointer(rebasing: name).equalsIgnoringCase("gzip")
      guard isNamed || name.elementsEqual("*".utf8) else { continue }
      let quality = weight.filter { $0 != 0x20 && $0 != 0x09 }.map { $0 == 0x51 ? 0x71 : $0 }
      let isTaken =
        !(quality.starts(with: ";q=0".utf8)
        && quality.dropFirst(4).allSatisfy {
          $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".")
        })
      if isNamed { return isTaken }
      takesAnything = isTaken
    }
    return takesAnything
  }
}

/// When a server compresses what it sends to callers who take that.
public struct CompressionPolicy: Sendable, Equatable {
  /// From which size in bytes on a response over Connect or gRPC-Web is compressed; nil for never.
  public var webFrom: Int?
  /// The same over gRPC, whose callers are mostly near and say of every call that they take it.
  public var grpcFrom: Int?

  /// Compresses over Connect and gRPC-Web from 4 KiB, over gRPC only what a handler asks for.
  public init(webFrom: Int? = 4 << 10, grpcFrom: Int? = nil) {
    self.webFrom = webFrom
    self.grpcFrom = grpcFrom
  }
}

/// The bytes of one message as they came.
package struct EncodedMessage: Sendable {
  var bytes: ByteBuffer
  var compression: Compression?

  /// Whether decoding takes long enough to leave the event loop for it.
  func isLarge(_ sizes: CallSizes) -> Bool {
    compression != nil || bytes.readableBytes > sizes.offLoop
  }

  /// Lends the bytes of the message itself.
  ///
  /// - Throws: what `body` throws; `Status` when it cannot be unfolded within the limit.
  package func withBytes<R>(
    limit: Int, _ body: (UnsafeRawBufferPointer) throws -> R
  ) throws -> R {
    guard compression != nil else { return try bytes.withUnsafeReadableBytes(body) }
    let unfolded = try bytes.withUnsafeReadableBytes { raw throws(Status) in
      try Gzip.decompress(raw, limit: limit)
    }
    return try unfolded.withUnsafeReadableBytes(body)
  }
}

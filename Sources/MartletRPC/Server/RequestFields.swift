// Decides what of a request's fields a call looks at: one pass sorts them into the few that mean something
// to the protocol, to the interceptors, and the rest, which is the caller's metadata.

import Glibc
public import MartletCall
package import MartletHTTP

/// How a body is framed and encoded, as `content-type` says.
public enum CallContentType: Sendable, Equatable {
  /// No field.
  case absent
  /// `application/grpc` or `application/grpc+proto`.
  case grpc
  /// gRPC with another message encoding.
  case grpcOther
  /// `application/grpc-web` or `application/grpc-web+proto`.
  case grpcWeb
  /// `application/json`: Connect, unary.
  case json
  /// `application/proto`: Connect, unary.
  case proto
  /// `application/connect+json`: Connect, streaming.
  case connectJSON
  /// `application/connect+proto`: Connect, streaming.
  case connectProto
  /// Anything else; never accepted for a call.
  case other
}

/// The fields of a request, sorted.
public struct RequestFields: Sendable {
  /// How the body is framed and encoded.
  public internal(set) var contentType = CallContentType.absent
  /// The caller's time-out, from `grpc-timeout` or `connect-timeout-ms`.
  public internal(set) var timeout: Duration?
  /// The page a browser sent the request from.
  public internal(set) var origin: String?
  /// The caller's trace.
  public internal(set) var trace: TraceContext?
  /// The credentials; never part of the metadata.
  public internal(set) var authorization: String?
  /// The caller's metadata.
  public internal(set) var metadata = Metadata()
  /// The compression of the messages, or of the body of a unary call over Connect.
  private(set) var compression: Compression?
  /// Whether the caller takes compressed responses.
  private(set) var takesGzip = false
  /// Whether unknown JSON fields are passed over.
  var ignoresUnknownFields = false
  /// The first thing found wrong; told in the form of the protocol.
  var fault: Status?

  /// The families of protocols, each of which names compression in fields of its own.
  private struct Family: OptionSet {
    let rawValue: UInt8
    static let grpc = Family(rawValue: 1)
    static let connectStream = Family(rawValue: 2)
    static let connectUnary = Family(rawValue: 4)
  }

  /// What the fields of the families say.
  private struct CompressionFields {
    var compressed: Family = []
    var takesGzip: Family = []
    var unknown: (family: Family, name: String)?

    mutating func take(_ value: UnsafeRawBufferPointer, _ family: Family) {
      if value.equalsIgnoringCase("identity") { return }
      if value.equalsIgnoringCase("gzip") {
        compressed.insert(family)
      } else {
        unknown = (family, String(decoding: value, as: UTF8.self))
      }
    }

    mutating func takeAccepted(_ value: UnsafeRawBufferPointer, _ family: Family) {
      if Compression.isAccepted(in: value) { takesGzip.insert(family) }
    }
  }

  package init(_ fields: HTTPFields) {
    var named = CompressionFields()
    fields.forEachField { name, value in
      if !take(name, value, &named) {
        do throws(Status) { try metadata.add(field: name, value) } catch { fault = fault ?? error }
      }
    }
    let own: Family =
      switch contentType {
      case .grpc, .grpcWeb, .grpcOther: .grpc
      case .connectJSON, .connectProto: .connectStream
      case .absent, .json, .proto, .other: .connectUnary
      }
    compression = named.compressed.contains(own) ? .gzip : nil
    takesGzip = named.takesGzip.contains(own)
    if let unknown = named.unknown, unknown.family == own {
      fault = fault ?? Self.unknown(compression: unknown.name)
    }
  }

  /// What is told of a compression that is not understood.
  static func unknown(compression: String) -> Status {
    Status(.unimplemented, "compression \(compression) is not supported; send identity or gzip")
  }

  /// Sorts a field; false when it is metadata. By length first: most names then cost one comparison.
  private mutating func take(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
    _ named: inout CompressionFields
  ) -> Bool {
    switch name.count {
    case 2: return name.equals("te")
    case 4: return name.equals("host")
    case 6:
      if name.equals("origin") {
        origin = String(decoding: value, as: UTF8.self)
        return true
      }
      return name.equals("accept") || name.equals("expect")
    case 7: return name.equals("upgrade")
    case 10:
      return name.equals("user-agent") || name.equals("connection") || name.equals("keep-alive")
    case 11:
      guard name.equals("traceparent") else { break }
      trace = TraceContext(header: String(decoding: value, as: UTF8.self))
      return true
    case 12:
      if name.equals("content-type") {
        contentType = Self.contentType(value)
        return true
      }
      guard name.equals("grpc-timeout") else { break }
      timeout = GRPCTimeout.parse(value)
      if timeout == nil { fault = Status(.invalidArgument, "malformed grpc-timeout") }
      return true
    case 13:
      if name.equals("authorization") {
        authorization = String(decoding: value, as: UTF8.self)
        return true
      }
      guard name.equals("grpc-encoding") else { break }
      named.take(value, .grpc)
      return true
    case 14: if name.equals("content-length") { return true }
    case 15:
      guard name.equals("accept-encoding") else { break }
      named.takeAccepted(value, .connectUnary)
      return true
    case 16:
      guard name.equals("content-encoding") else { break }
      named.take(value, .connectUnary)
      return true
    case 17: if name.equals("transfer-encoding") { return true }
    case 18:
      guard name.equals("connect-timeout-ms") else { break }
      timeout = Self.milliseconds(value)
      if timeout == nil { fault = Status(.invalidArgument, "malformed connect-timeout-ms") }
      return true
    case 20:
      guard name.equals("grpc-accept-encoding") else { break }
      named.takeAccepted(value, .grpc)
      return true
    case 22:
      guard name.equals("martlet-ignore-unknown") else { break }
      ignoresUnknownFields = value.equals("true") || value.equals("1")
      return true
    case 23:
      guard name.equals("connect-accept-encoding") else { break }
      named.takeAccepted(value, .connectStream)
      return true
    case 24:
      if name.equals("connect-content-encoding") {
        named.take(value, .connectStream)
        return true
      }
      guard name.equals("connect-protocol-version") else { break }
      if !value.equals("1") {
        fault = fault ?? Status(.invalidArgument, "connect-protocol-version must be 1")
      }
      return true
    default: break
    }
    return name.starts(with: "access-control-") || name.starts(with: "grpc-")
      || name.starts(with: "connect-")
  }

  /// At most ten digits (Connect protocol, "Timeout").
  private static func milliseconds(_ value: UnsafeRawBufferPointer) -> Duration? {
    guard !value.isEmpty, value.count <= 10 else { return nil }
    var number: Int64 = 0
    for byte in value {
      guard byte >= 0x30, byte <= 0x39 else { return nil }
      number = number * 10 + Int64(byte - 0x30)
    }
    return .milliseconds(number)
  }

  /// Sorts a media type; parameters such as a charset are passed over.
  static func contentType(_ value: UnsafeRawBufferPointer) -> CallContentType {
    if value.equals("application/grpc") { return .grpc }
    var type = value.prefix { $0 != UInt8(ascii: ";") }
    while type.last == 0x20 || type.last == 0x09 { type = type.dropLast() }
    let text = String(decoding: type, as: UTF8.self).lowercased()
    return switch text {
    case "application/grpc", "application/grpc+proto": .grpc
    case "application/json": .json
    case "application/proto": .proto
    case "application/grpc-web", "application/grpc-web+proto": .grpcWeb
    case "application/connect+json": .connectJSON
    case "application/connect+proto": .connectProto
    case _ where text.hasPrefix("application/grpc+"): .grpcOther
    default: .other
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True when these are the bytes of the text.
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  /// True when these bytes are the text, which is in lower case, in any case (ASCII).
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    if equals(text) { return true }
    guard count == text.utf8CodeUnitCount else { return false }
    let letters = UnsafeBufferPointer(start: text.utf8Start, count: count)
    return indices.allSatisfy { index -> Bool in
      let byte: UInt8 = self[index]
      let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
      return (isUpper ? byte | 0x20 : byte) == letters[index]
    }
  }

  /// True when these bytes begin with the text.
  func starts(with text: StaticString) -> Bool {
    guard let base = baseAddress, count >= text.utf8CodeUnitCount else {
      return text.utf8CodeUnitCount == 0
    }
    return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}

// Decides what of a request's fields a call looks at: one pass sorts them into the few that mean something
// to the protocol, to the interceptors, and the rest, which is the caller's metadata.

import Glibc
public import MartletCall
import MartletHTTP

/// How a body is framed and encoded, as `content-type` says.
public enum CallContentType: Sendable, Equatable {
  /// No field.
  case absent
  /// `application/grpc` or `application/grpc+proto`.
  case grpc
  /// gRPC with another message encoding.
  case grpcOther
  /// `application/grpc-web…`.
  case grpcWeb
  /// `application/json`: Connect, unary.
  case json
  /// `application/proto`: Connect, unary.
  case proto
  /// `application/connect+…`: Connect, streaming.
  case connectStream
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
  /// The compression of the messages (gRPC) or of the body (Connect), unless it is `identity`.
  var compression: String?
  /// Whether unknown JSON fields are passed over.
  var ignoresUnknownFields = false
  /// The first thing found wrong; told in the form of the protocol.
  var fault: Status?

  init(_ fields: HTTPFields) {
    fields.forEachField { name, value in
      if !take(name, value) {
        do throws(Status) { try metadata.add(field: name, value) } catch { fault = fault ?? error }
      }
    }
  }

  /// Sorts a field; false when it is metadata. By length first: most names then cost one comparison.
  private mutating func take(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
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
      takeCompression(value)
      return true
    case 14: if name.equals("content-length") { return true }
    case 15: if name.equals("accept-encoding") { return true }
    case 16:
      guard name.equals("content-encoding") else { break }
      takeCompression(value)
      return true
    case 17: if name.equals("transfer-encoding") { return true }
    case 18:
      guard name.equals("connect-timeout-ms") else { break }
      timeout = Self.milliseconds(value)
      if timeout == nil { fault = Status(.invalidArgument, "malformed connect-timeout-ms") }
      return true
    case 22:
      guard name.equals("martlet-ignore-unknown") else { break }
      ignoresUnknownFields = value.equals("true") || value.equals("1")
      return true
    default: break
    }
    return name.starts(with: "grpc-") || name.starts(with: "connect-")
  }

  private mutating func takeCompression(_ value: UnsafeRawBufferPointer) {
    if !value.equals("identity") { compression = String(decoding: value, as: UTF8.self) }
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
    case _ where text.hasPrefix("application/grpc-web"): .grpcWeb
    case _ where text.hasPrefix("application/grpc+"): .grpcOther
    case _ where text.hasPrefix("application/connect+"): .connectStream
    default: .other
    }
  }
}

extension UnsafeRawBufferPointer {
  /// True when these are the bytes of the text.
  func equals(_ text: StaticString) -> Bool {
    count == text.utf8CodeUnitCount && starts(with: text)
  }

  /// True when these bytes begin with the text.
  func starts(with text: StaticString) -> Bool {
    guard let base = baseAddress, count >= text.utf8CodeUnitCount else {
      return text.utf8CodeUnitCount == 0
    }
    return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
  }
}

// Decides what tells the three framed protocols apart: the media type, the fields that name compression, and
// how the end of a response is told (gRPC: trailers; gRPC-Web: a last frame of trailers; Connect: a last frame
// of JSON).
//
// Sources: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md, …/doc/PROTOCOL-WEB.md,
// https://connectrpc.com/docs/protocol ("Streaming RPCs").

import MartletCall
import MartletHTTP
import NIOCore

/// A protocol whose bodies are length-prefixed messages.
enum FramedProtocol: Sendable, Equatable {
  case grpc
  case grpcWeb
  case connect

  /// The flag of gRPC-Web's frame of trailers.
  private static let trailersFlag: UInt8 = 0x80
  /// The flag of Connect's last frame.
  private static let endFlag: UInt8 = 0x02

  /// The head of a response.
  func head(_ encoding: MessageEncoding, compression: Compression?) -> HTTPFields {
    var fields: HTTPFields
    switch self {
    case .grpc:
      fields = GRPCFields.head
      if compression != nil { fields.append("grpc-encoding", Compression.name) }
    case .grpcWeb:
      fields = ["content-type": "application/grpc-web+proto"]
      if compression != nil { fields.append("grpc-encoding", Compression.name) }
    case .connect:
      fields = [
        "content-type": encoding == .protobuf
          ? "application/connect+proto" : "application/connect+json"
      ]
      if compression != nil { fields.append("connect-content-encoding", Compression.name) }
    }
    return fields
  }

  /// The head of a response with these fields.
  func responseHead(_ fields: HTTPFields, status: Int = 200) -> HTTPResponseHead {
    HTTPResponseHead(status: status, fields: fields, isDated: self == .connect)
  }

  /// What is said, with a refusal, of the compression that is understood.
  var accepted: (name: String, value: String) {
    switch self {
    case .grpc, .grpcWeb: ("grpc-accept-encoding", Compression.accepted)
    case .connect: ("connect-accept-encoding", Compression.name)
    }
  }

  /// Whether a status may be told by a head alone, without a body.
  var hasBareStatus: Bool { self != .connect }

  /// Ends a response whose head was sent.
  func finish(_ status: Status?, trailers: Metadata, on stream: any HTTPServerStream) {
    switch self {
    case .grpc:
      guard status != nil || !trailers.isEmpty else {
        return stream.finish(trailers: GRPCFields.ok)
      }
      stream.finish(trailers: Self.trailers(status, trailers))
    case .grpcWeb:
      var text: [UInt8] = []
      Self.trailers(status, trailers).forEachField { name, value in
        text += name
        text += ": ".utf8
        text += value
        text += "\r\n".utf8
      }
      stream.send(MessageFrame.encode(flag: Self.trailersFlag, text))
      stream.finish(trailers: nil)
    case .connect:
      stream.send(
        MessageFrame.encode(flag: Self.endFlag, ConnectError.endOfStream(status, trailers)))
      stream.finish(trailers: nil)
    }
  }

  private static func trailers(_ status: Status?, _ trailers: Metadata) -> HTTPFields {
    guard let status else {
      var fields = GRPCFields.ok
      fields.append(trailers)
      return fields
    }
    // The status last: it takes the room that is left.
    var fields = HTTPFields()
    fields.append(trailers)
    GRPCFields.append(status, to: &fields)
    return fields
  }
}

// Decides how tests write and read bodies of length-prefixed messages.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import MartletWire
import NIOCore

@testable import MartletRPC

/// One frame of a body.
struct Frame: Equatable {
  var flag: UInt8
  var body: [UInt8]

  init(_ flag: UInt8, _ body: [UInt8]) {
    self.flag = flag
    self.body = body
  }

  /// A message, compressed if the flag says so.
  init(_ flag: UInt8 = 0, ping payload: [UInt8]) {
    let bytes = Ping(payload: payload).withEncodedBytes { Array($0) }
    self.init(flag, flag & 1 == 1 ? zipped(bytes) : bytes)
  }

  var bytes: [UInt8] {
    [flag] + withUnsafeBytes(of: UInt32(body.count).bigEndian) { Array($0) } + body
  }

  /// The payload of the message in it.
  var payload: [UInt8] {
    get throws {
      let bytes = flag & 1 == 1 ? try unzipped(body) : body
      return try bytes.withUnsafeBytes { try Pong.decode($0, limits: .standard).payload }
    }
  }

  /// The frames of a body; what is left over is dropped.
  static func all(in body: [UInt8]) -> [Frame] {
    var frames: [Frame] = []
    var rest = body[...]
    while rest.count >= 5 {
      let start = rest.startIndex
      let length = rest[(start + 1)..<(start + 5)].reduce(0) { $0 << 8 | Int($1) }
      guard rest.count >= 5 + length else { break }
      frames.append(Frame(rest[start], Array(rest[(start + 5)..<(start + 5 + length)])))
      rest = rest.dropFirst(5 + length)
    }
    return frames
  }
}

func zipped(_ bytes: [UInt8]) -> [UInt8] {
  var buffer = ByteBuffer()
  bytes.withUnsafeBytes { Gzip.compress($0, into: &buffer) }
  return Array(buffer: buffer)
}

func unzipped(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
  Array(buffer: try bytes.withUnsafeBytes { try Gzip.decompress($0, limit: limit) })
}

/// A whole response.
struct WebAnswer {
  var status: Int
  var fields: HTTPFields
  var body: [UInt8]
  var trailers: HTTPFields?

  var frames: [Frame] { Frame.all(in: body) }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// Sends a whole request to a server in process.
func request(
  _ path: String, _ type: String? = nil, _ body: [UInt8] = [], method: String = "POST",
  fields extra: HTTPFields = [:], version: HTTPRequestHead.Version = .http2,
  service: TestService = TestService(),
  configuration: RPCServer.Configuration = quietConfiguration()
) async throws -> WebAnswer {
  var fields = HTTPFields()
  if let type { fields.append("content-type", type) }
  fields.append(contentsOf: extra)
  let answer = try await inProcess(service, configuration: configuration).send(
    HTTPRequestHead(
      method: method, authority: "localhost", path: path, fields: fields, version: version),
    body: body)
  return WebAnswer(
    status: answer.head.status, fields: answer.head.fields, body: answer.body,
    trailers: answer.trailers)
}

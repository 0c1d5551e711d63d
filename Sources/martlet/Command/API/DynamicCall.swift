// Decides how a method is called whose types are known only by name: by opening its message types.

import MartletCall
import MartletProto
import MartletWire

/// A call of a method named at run time.
struct DynamicCall {
  private let method: MethodDescriptor
  private let request: any Message.Type
  private let response: any Message.Type

  /// Finds the message types of a method.
  init(_ method: MethodDescriptor) throws {
    guard let request = ProtoTypes.messages[method.requestType],
      let response = ProtoTypes.messages[method.responseType]
    else { throw Status(.unimplemented, "this program does not know the types of \(method.path)") }
    self.method = method
    self.request = request
    self.response = response
  }

  /// Calls it; each answer is handed over as JSON.
  func run(
    over channel: any CallChannel, request body: [UInt8], options: CallOptions,
    _ print: (String) -> Void
  ) async throws {
    try await call(request, response, channel, body, options, print)
  }

  private func call<Q: Message, R: Message>(
    _ requestType: Q.Type, _ responseType: R.Type, _ channel: any CallChannel, _ body: [UInt8],
    _ options: CallOptions, _ print: (String) -> Void
  ) async throws {
    func show(_ answer: R) throws {
      print(String(decoding: try answer.encodeJSON(options: .standard), as: UTF8.self))
    }
    switch method.kind {
    case .unary:
      try show(
        try await channel.unary(
          method, try decode(Q.self, body), returning: R.self, options: options))
    case .serverStreaming, .clientStreaming, .bidirectional:
      let lines: [[UInt8]] =
        method.kind == .serverStreaming
        ? [body] : body.split(separator: UInt8(ascii: "\n")).map(Array.init)
      let requests = try lines.map { try decode(Q.self, $0) }
      let call = try await channel.open(
        method, sending: Q.self, returning: R.self, options: options)
      for request in requests { try await call.requests.write(request) }
      try await call.finishRequests()
      while let answer = try await call.responses.next() { try show(answer) }
    }
  }

  private func decode<Q: Message>(_ type: Q.Type, _ body: [UInt8]) throws -> Q {
    try body.withUnsafeBytes { try Q.decodeJSON($0, options: .standard) }
  }
}

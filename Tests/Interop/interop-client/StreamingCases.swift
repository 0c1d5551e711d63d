// Decides the cases of streams: client_streaming, server_streaming, ping_pong, empty_stream.

import InteropProto
import MartletCall

extension InteropCase {
  /// Sizes of requests and of the responses to them.
  static let exchanges = [(27182, 31415), (8, 9), (1828, 2653), (45904, 58979)]

  /// A request for one response.
  static func request(_ size: Int, for responseSize: Int) -> StreamingOutputCallRequest {
    StreamingOutputCallRequest(
      responseParameters: [ResponseParameters(size: Int32(responseSize))], payload: .zeros(size))
  }

  static let streaming = [
    InteropCase(name: "client_streaming") { setting in
      let call = try await setting.client.streamingInputCall()
      for (size, _) in exchanges {
        try await call.requests.write(StreamingInputCallRequest(payload: .zeros(size)))
      }
      try await call.finishRequests()
      let response = try await expectNext(call.responses)
      try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 74922)
      try await expectEnd(call.responses, after: 1)
    },
    InteropCase(name: "server_streaming") { setting in
      let call = try await setting.client.streamingOutputCall(
        StreamingOutputCallRequest(
          responseParameters: exchanges.map { ResponseParameters(size: Int32($0.1)) }))
      for (_, size) in exchanges {
        try expect(try await expectNext(call.responses).payload, zeros: size)
      }
      try await expectEnd(call.responses, after: exchanges.count)
    },
    InteropCase(name: "ping_pong") { setting in
      let call = try await setting.client.fullDuplexCall()
      for (size, responseSize) in exchanges {
        try await call.requests.write(request(size, for: responseSize))
        try expect(try await expectNext(call.responses).payload, zeros: responseSize)
      }
      try await call.finishRequests()
      try await expectEnd(call.responses, after: exchanges.count)
    },
    InteropCase(name: "empty_stream") { setting in
      let call = try await setting.client.fullDuplexCall()
      try await call.finishRequests()
      try await expectEnd(call.responses, after: 0)
    },
  ]
}

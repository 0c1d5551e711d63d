// Decides the cases of compression, per call and per message; what came compressed is read from its flag.

import InteropProto
import MartletCall

extension InteropCase {
  static let compressed = [
    InteropCase(name: "client_compressed_unary") { setting in
      var request = LargeUnary.request
      request.expectCompressed = BoolValue(value: true)
      // First whether the server looks at all.
      try await expect(.invalidArgument, of: "the probe") { [request] in
        _ = try await setting.client.unaryCall(request)
      }
      for isCompressed in [true, false] {
        request.expectCompressed = BoolValue(value: isCompressed)
        let response = try await setting.client.unaryCall(
          request, options: CallOptions(compresses: isCompressed))
        try expect(response.payload, zeros: LargeUnary.responseSize)
      }
    },
    InteropCase(name: "server_compressed_unary") { setting in
      for isCompressed in [true, false] {
        var request = LargeUnary.request
        request.responseCompressed = BoolValue(value: isCompressed)
        let seen = ResponseMetadata()
        let response = try await setting.client.unaryCall(
          request, options: CallOptions(response: seen))
        try expect("the compressed flag", seen.lastMessageWasCompressed, is: isCompressed)
        try expect(response.payload, zeros: LargeUnary.responseSize)
      }
    },
    InteropCase(name: "client_compressed_streaming") { setting in
      let first = StreamingInputCallRequest(
        payload: .zeros(27182), expectCompressed: BoolValue(value: true))
      try await expect(.invalidArgument, of: "the probe") {
        let probe = try await setting.client.streamingInputCall()
        try await probe.requests.write(first)
        try await probe.finishRequests()
        _ = try await probe.responses.next()
      }
      let call = try await setting.client.streamingInputCall(
        options: CallOptions(compresses: true))
      try await call.requests.write(first)
      call.compressRequests(false)
      try await call.requests.write(
        StreamingInputCallRequest(
          payload: .zeros(45904), expectCompressed: BoolValue(value: false)))
      try await call.finishRequests()
      let response = try await expectNext(call.responses)
      try expect("aggregated_payload_size", response.aggregatedPayloadSize, is: 73086)
      try await expectEnd(call.responses, after: 1)
    },
    InteropCase(name: "server_compressed_streaming") { setting in
      let wanted: [(size: Int, isCompressed: Bool)] = [(31415, true), (92653, false)]
      let seen = ResponseMetadata()
      let call = try await setting.client.streamingOutputCall(
        StreamingOutputCallRequest(
          responseParameters: wanted.map {
            ResponseParameters(
              size: Int32($0.size), compressed: BoolValue(value: $0.isCompressed))
          }), options: CallOptions(response: seen))
      for (size, isCompressed) in wanted {
        let response = try await expectNext(call.responses)
        try expect("the compressed flag", seen.lastMessageWasCompressed, is: isCompressed)
        try expect(response.payload, zeros: size)
      }
      try await expectEnd(call.responses, after: wanted.count)
    },
  ]
}

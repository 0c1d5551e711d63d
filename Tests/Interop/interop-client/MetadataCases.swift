// Decides the case of metadata: text in the head of the response, bytes in its trailers.

import InteropProto
import MartletCall

/// The metadata of the case, and where it is seen again.
private struct MetadataEcho {
  private static let initial = (
    name: "x-grpc-test-echo-initial", value: "test_initial_metadata_value"
  )
  private static let trailing = (
    name: "x-grpc-test-echo-trailing-bin", value: [0xAB, 0xAB, 0xAB] as [UInt8]
  )
  let seen = ResponseMetadata()

  var options: CallOptions {
    var metadata = Metadata()
    metadata.add(Self.initial.name, Self.initial.value)
    metadata.add(Self.trailing.name, binary: Self.trailing.value)
    return CallOptions(metadata: metadata, response: seen)
  }

  func check() throws(CaseFailure) {
    try expect(
      "initial \(Self.initial.name)", seen.headers.all(Self.initial.name),
      is: [Self.initial.value])
    try expect(
      "trailing \(Self.trailing.name)", seen.trailers.binary(Self.trailing.name),
      is: Self.trailing.value)
  }
}

extension InteropCase {
  static let metadata = [
    InteropCase(name: "custom_metadata") { setting in
      let unary = MetadataEcho()
      let response = try await setting.client.unaryCall(
        LargeUnary.request, options: unary.options)
      try expect(response.payload, zeros: LargeUnary.responseSize)
      try unary.check()

      let duplex = MetadataEcho()
      let call = try await setting.client.fullDuplexCall(options: duplex.options)
      try await call.requests.write(
        request(LargeUnary.requestSize, for: LargeUnary.responseSize))
      try await call.finishRequests()
      try expect(
        try await expectNext(call.responses).payload, zeros: LargeUnary.responseSize)
      try await expectEnd(call.responses, after: 1)
      try duplex.check()
    }
  ]
}

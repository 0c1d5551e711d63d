// Decides that the four kinds of call work end to end, in process.

import MartletCall
import MartletProto
import MartletRPC
import Testing

@Suite struct CallKindTests {
  @Test func unaryEchoes() async throws {
    let client = inProcessClient()
    #expect(try await client.unary([1, 2, 3]) == [1, 2, 3])
    #expect(try await client.unary([]) == [])
  }

  @Test func clientStreamCollects() async throws {
    let call = try await inProcessClient().open(EchoMethods.collect)
    for byte in 0..<100 as Range<UInt8> {
      try await call.requests.write(Ping(payload: [byte]))
    }
    try await call.finishRequests()
    #expect(try await call.responses.next()?.payload == Array(0..<100))
    #expect(try await call.responses.next() == nil)
  }

  @Test func serverStreamExpands() async throws {
    let call = try await inProcessClient().open(EchoMethods.expand)
    try await call.requests.write(Ping(payload: Array(0..<100)))
    try await call.finishRequests()
    var bytes: [UInt8] = []
    for try await pong in call.responses { bytes += pong.payload }
    #expect(bytes == Array(0..<100))
  }

  @Test func bidirectionalAlternates() async throws {
    let call = try await inProcessClient().open(EchoMethods.chat)
    for byte in 0..<50 as Range<UInt8> {
      try await call.requests.write(Ping(payload: [byte]))
      #expect(try await call.responses.next()?.payload == [byte])
    }
    try await call.finishRequests()
    #expect(try await call.responses.next() == nil)
  }

  @Test func largeMessagesPassBothWays() async throws {
    let client = inProcessClient()
    let payload = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    #expect(try await client.unary(payload) == payload)
    // The second response of a method whose last one was large is encoded off the loop.
    #expect(try await client.unary(payload) == payload)
    let call = try await client.open(EchoMethods.chat)
    for _ in 0..<3 {
      try await call.requests.write(Ping(payload: payload))
      #expect(try await call.responses.next()?.payload == payload)
    }
    try await call.finishRequests()
    #expect(try await call.responses.next() == nil)
  }

  @Test func manyCallsAtOnce() async throws {
    let client = inProcessClient()
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for index in 0..<500 {
        group.addTask {
          let payload = [UInt8(truncatingIfNeeded: index), UInt8(truncatingIfNeeded: index >> 8)]
          return try await client.unary(payload) == payload
        }
      }
      for try await same in group { #expect(same) }
    }
  }

  @Test func unknownMethodsAreUnimplemented() async throws {
    let channel = inProcess().channel()
    let unknown = MethodDescriptor(
      service: "test.Echo", name: "Nothing", kind: .unary, idempotency: .unknown,
      requestType: "", responseType: "")
    let refusal = await status {
      _ = try await channel.unary(unknown, Ping(), returning: Pong.self)
    }
    #expect(refusal?.code == .unimplemented)
    #expect(refusal?.message.contains("Nothing") == true)
  }
}

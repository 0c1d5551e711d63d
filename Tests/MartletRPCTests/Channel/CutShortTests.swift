// Decides that a server may end at any point of a call: what was surely not begun, or does no harm, is made again,
// all else fails as UNAVAILABLE after one attempt.

import MartletCall
import MartletProto
import MartletRPC
import NIOConcurrencyHelpers
import Testing

@Suite(.timeLimit(.minutes(5))) struct CutShortTests {
  private func cutting(
    _ cut: CutShortServer.Cut, _ body: (EchoClient, CutShortServer) async throws -> Void
  ) async throws {
    let server = try await CutShortServer.start(cut)
    let client = EchoClient(
      channel: ChannelTests.channel([server.endpoint]) {
        // However long a busy machine takes to come back.
        $0.retry = RetryPolicy(attempts: 100)
      })
    try await body(client, server)
    await server.stop()
  }

  private func calls(_ server: CutShortServer) -> Int { server.calls.withLockedValue { $0 } }

  @Test(arguments: CutShortServer.Cut.allCases)
  func whatDoesNoHarmIsRepeated(_ cut: CutShortServer.Cut) async throws {
    try await cutting(cut) { client, server in
      let answer = try await client.unary([1])
      #expect(answer == [7])
      #expect(calls(server) == (cut == .beforeSettings ? 1 : 2))
    }
  }

  @Test(arguments: CutShortServer.Cut.allCases)
  func whatMayDoHarmIsRepeatedOnlyWhenItWasNotBegun(_ cut: CutShortServer.Cut) async throws {
    try await cutting(cut) { client, server in
      guard !cut.isSurelyUnprocessed else {
        let answer = try await client.write([1])
        #expect(answer == [7])
        return
      }
      let failure = await status { _ = try await client.write([1]) }
      #expect(failure?.code == .unavailable, "\(String(describing: failure))")
      #expect(calls(server) == 1)
      // The channel is well afterwards.
      let answer = try await client.write([1])
      #expect(answer == [7])
    }
  }

  @Test(arguments: CutShortServer.Cut.allCases)
  func aStreamEndsOnceOrGoesOutAgain(_ cut: CutShortServer.Cut) async throws {
    try await cutting(cut) { client, server in
      let call = try await client.open(
        EchoMethods.chat, options: CallOptions(waitsForReady: true))
      try await call.requests.write(Ping(payload: [1]))
      try await call.finishRequests()
      var heard: [[UInt8]] = []
      let ended = await status {
        while let response = try await call.responses.next() { heard.append(response.payload) }
      }
      // What the server surely had not begun goes out again, whole.
      #expect(ended?.code == (cut.isSurelyUnprocessed ? nil : .unavailable))
      #expect(calls(server) == (cut.isSurelyUnprocessed && cut != .beforeSettings ? 2 : 1))
      if cut.isSurelyUnprocessed { #expect(heard == [[7]]) }
      let next = try await client.open(
        EchoMethods.chat, options: CallOptions(waitsForReady: true))
      try await next.finishRequests()
      #expect(try await next.responses.next()?.payload == [7])
      #expect(try await next.responses.next() == nil)
    }
  }
}

// Decides that a slow side holds the other back instead of filling memory.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct BackPressureTests {
  static let block = [UInt8](repeating: 5, count: 32 << 10)

  @Test(arguments: [false, true]) func slowClientHoldsTheHandlerBack(overSocket: Bool) async throws
  {
    let (written, resumed) = (Count(), Signal())
    var service = TestService()
    service.expand = { _, writer, _ in
      for index in 0..<2000 {
        try await writer.write(Pong(payload: Self.block))
        written.raise()
        if index == 1999 { resumed.send() }
      }
    }
    try await withClient(service, overSocket) { client in
      let call = try await client.open(EchoMethods.expand)
      try await call.requests.write(Ping())
      try await call.finishRequests()
      #expect(try await call.responses.next()?.payload.count == Self.block.count)
      // The handler runs until windows and buffers are full; then its number stands still.
      var seen = -1
      while seen != written.value {
        seen = written.value
        try await Task.sleep(for: .milliseconds(100))
      }
      // 64 MB are asked for; windows and buffers hold a few.
      #expect(seen < 400, "\(seen) blocks of 32 KiB were written ahead")
      #expect(!resumed.isSent)
      var count = 1
      while try await call.responses.next() != nil { count += 1 }
      #expect(count == 2000)
      await resumed.wait()
    }
  }

  @Test(arguments: [false, true]) func slowHandlerHoldsTheClientBack(overSocket: Bool) async throws
  {
    let (read, gate) = (Count(), Signal())
    var service = TestService()
    service.collect = { pings, _ in
      await gate.wait()
      for try await _ in pings { read.raise() }
      return Pong()
    }
    try await withClient(service, overSocket) { client in
      let call = try await client.open(EchoMethods.collect)
      let sent = Count()
      let sender = Task {
        for _ in 0..<2000 {
          try await call.requests.write(Ping(payload: Self.block))
          sent.raise()
        }
        try await call.finishRequests()
      }
      var seen = -1
      while seen != sent.value {
        seen = sent.value
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(seen < 400, "\(seen) blocks of 32 KiB were sent ahead")
      gate.send()
      #expect(try await call.responses.next() != nil)
      try await sender.value
      #expect(read.value == 2000)
    }
  }

  private func withClient(
    _ service: TestService, _ overSocket: Bool, _ body: (EchoClient) async throws -> Void
  ) async throws {
    guard overSocket else { return try await body(inProcessClient(service)) }
    try await withListener(service) { server in
      let channel = RPCChannel(to: [server.endpoint], on: TestLoops.executors.next())
      try await body(EchoClient(channel: channel))
      channel.close()
    }
  }
}

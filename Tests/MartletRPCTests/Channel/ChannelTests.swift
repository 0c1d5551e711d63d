// Decides that a channel finds its server, loses it and finds it again, and repeats only what is safe.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import NIOCore
import NIOPosix
import Testing

@Suite(.timeLimit(.minutes(5))) struct ChannelTests {
  static func channel(
    _ endpoints: [HTTPEndpoint], _ change: (inout RPCChannel.Configuration) -> Void = { _ in }
  ) -> RPCChannel {
    var configuration = RPCChannel.Configuration()
    configuration.reconnect = Backoff(initial: .milliseconds(10), maximum: .milliseconds(50))
    change(&configuration)
    return RPCChannel(
      to: endpoints, on: TestLoops.executors.next(), configuration: configuration)
  }

  /// A port on which nobody listens.
  static func closedPort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port ?? 1
    try await channel.close()
    return port
  }

  @Test func callsOverASocket() async throws {
    try await withListener { server in
      let client = EchoClient(channel: Self.channel([server.endpoint]))
      #expect(try await client.unary([1, 2]) == [1, 2])
      let call = try await client.open(EchoMethods.chat)
      for byte in 0..<20 as Range<UInt8> {
        try await call.requests.write(Ping(payload: [byte]))
        #expect(try await call.responses.next()?.payload == [byte])
      }
      try await call.finishRequests()
      #expect(try await call.responses.next() == nil)
      #expect(server.statistics.acceptedConnections == 1)
    }
  }

  @Test func largeStreamsOverASocket() async throws {
    try await withListener { server in
      let client = EchoClient(channel: Self.channel([server.endpoint]))
      let payload = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17) }
      let call = try await client.open(EchoMethods.collect)
      try await call.requests.write(Ping(payload: payload))
      try await call.finishRequests()
      #expect(try await call.responses.next()?.payload == payload)
      #expect(try await client.unary(payload) == payload)
    }
  }

  @Test func firstAddressDownSecondTaken() async throws {
    let closed = try await Self.closedPort()
    try await withListener { server in
      let client = EchoClient(
        channel: Self.channel([.tcp(host: "127.0.0.1", port: closed), server.endpoint]) {
          $0.authority = "localhost"
        })
      let answer = try await client.unary([7])
      #expect(answer == [7])
    }
  }

  @Test func nobodyThereFailsFast() async throws {
    let closed = try await Self.closedPort()
    let client = EchoClient(
      channel: Self.channel([.tcp(host: "127.0.0.1", port: closed)]) { $0.retry = .never })
    let failure = await status { _ = try await client.unary([]) }
    #expect(failure?.code == .unavailable)
    #expect(failure?.message.contains("\(closed)") == true)
    let waiting = await status {
      _ = try await client.unary(
        [], options: CallOptions(timeout: .milliseconds(150), waitsForReady: true))
    }
    #expect(waiting?.code == .deadlineExceeded)
  }

  @Test func waitingCallGoesOutWhenTheServerComes() async throws {
    let closed = try await Self.closedPort()
    let endpoint = HTTPEndpoint.tcp(host: "127.0.0.1", port: closed)
    let client = EchoClient(channel: Self.channel([endpoint]))
    #expect(await status { _ = try await client.write([]) }?.code == .unavailable)
    async let answer = client.write([4], options: CallOptions(waitsForReady: true))
    let server = try await HTTPServer.bind(
      to: endpoint, executors: TestLoops.executors, logger: quietConfiguration().logger,
      handler: RPCServer(services: [TestService()], configuration: quietConfiguration()))
    #expect(try await answer == [4])
    await server.shutdown(grace: .zero)
  }

  @Test func reconnectsAfterARestart() async throws {
    var endpoint = HTTPEndpoint.tcp(host: "127.0.0.1", port: 0)
    var client: EchoClient?
    for round in 0..<3 as Range<UInt8> {
      let server = try await HTTPServer.bind(
        to: endpoint, executors: TestLoops.executors, logger: quietConfiguration().logger,
        handler: RPCServer(services: [TestService()], configuration: quietConfiguration()))
      endpoint = server.endpoint
      if client == nil { client = EchoClient(channel: Self.channel([endpoint])) }
      // An idempotent call: one sent into the closing connection is repeated.
      #expect(
        try await client?.unary([round], options: CallOptions(waitsForReady: true)) == [round])
      await server.shutdown(grace: .seconds(1))
    }
  }

  @Test func idempotentCallsAreRepeatedOthersNot() async throws {
    let tries = Count()
    var service = TestService()
    service.unary = { _, _ in
      if tries.raise() % 3 != 0 {
        throw Status.unavailable("not yet", retryAfter: .milliseconds(1))
      }
      return Pong(payload: [1])
    }
    let client = inProcessClient(service)
    #expect(try await client.unary([]) == [1])
    #expect(tries.value == 3)
    let failure = await status { _ = try await client.write([]) }
    #expect(failure?.code == .unavailable)
    #expect(failure?.retryAfter == .milliseconds(1))
    #expect(tries.value == 4)
  }

  @Test func lostConnectionIsUnavailable() async throws {
    let begun = Signal()
    let ended = Signal()
    try await withListener(CallEndingTests.waiting(begun, ended)) { server in
      let client = EchoClient(channel: Self.channel([server.endpoint]))
      async let failure = status { _ = try await client.write([]) }
      await begun.wait()
      await server.shutdown(grace: .zero)
      #expect(await failure?.code == .unavailable)
      await ended.wait()
    }
  }

  @Test func notAGRPCServer() async throws {
    // A route answers in plain text: the client says so instead of hanging.
    let configuration = quietConfiguration { $0.origins = OriginPolicy(allowedHosts: []) }
    try await withListener(configuration: configuration) { server in
      let client = EchoClient(
        channel: Self.channel([server.endpoint]) { $0.authority = "evil.example" })
      let failure = await status { _ = try await client.write([]) }
      #expect(failure?.code == .permissionDenied)
    }
  }

  @Test func manyConcurrentCallsOverASocket() async throws {
    try await withListener { server in
      let client = EchoClient(channel: Self.channel([server.endpoint]))
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for index in 0..<3000 {
          group.addTask {
            let payload = withUnsafeBytes(of: index) { Array($0) }
            return try await client.unary(payload) == payload
          }
        }
        for try await same in group { #expect(same) }
      }
    }
  }
}

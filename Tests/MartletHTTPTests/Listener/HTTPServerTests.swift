// Checks the listener itself: addresses, errors, the limit of connections, and other people's clients.

import MartletHTTP
import NIOCore
import Testing

@Suite struct HTTPServerTests {
  @Test func aTakenPortIsToldAsSuch() async throws {
    try await TestServer.with { server in
      await #expect(throws: HTTPBindError.addressInUse(server.server.endpoint)) {
        try await TestServer.start(at: server.server.endpoint)
      }
    }
  }

  @Test func aLivingSocketIsNotTakenAndADeadOneIs() async throws {
    let endpoint = HTTPEndpoint.unix(
      path: "/tmp/martlet-http-\(UInt32.random(in: 0 ... .max)).sock")
    let living = try await TestServer.start(at: endpoint)
    await #expect(throws: HTTPBindError.addressInUse(endpoint)) {
      try await TestServer.start(at: endpoint)
    }
    await living.stop()
    // What a killed server leaves behind.
    let result = try await runTool(
      "python3",
      ["-c", "import socket,sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])"]
        + [String("\(endpoint)".dropFirst(5))])
    #expect(result.status == 0)
    let next = try await TestServer.start(at: endpoint)
    let client = try await next.connect()
    #expect(await client.request("/fixed").status == 200)
    await next.stop()
  }

  @Test func anAddressElsewhereIsToldAsSuch() async throws {
    let endpoint = HTTPEndpoint.tcp(host: "192.0.2.1", port: 4200)
    await #expect(throws: HTTPBindError.addressNotAvailable(endpoint)) {
      try await TestServer.start(at: endpoint)
    }
  }

  @Test func anUnknownHostIsAnError() async throws {
    await #expect(throws: HTTPBindError.self) {
      try await TestServer.start(at: .tcp(host: "no-such-host.invalid", port: 0))
    }
  }

  @Test func aPortIsFreeAgainAfterShutdown() async throws {
    let first = try await TestServer.start()
    let client = try await first.connect()
    #expect(await client.request("/fixed").status == 200)
    await first.stop()
    let second = try await TestServer.start(at: first.server.endpoint)
    #expect(second.port == first.port)
    await second.stop()
  }

  @Test func connectionsBeyondTheLimitAreClosed() async throws {
    var limits = HTTPLimits()
    limits.connections = 2
    try await TestServer.with(limits) { server in
      let one = try await server.connect()
      let two = try await server.connect()
      let three = try await RawConnection.connect(port: server.port)
      #expect(await three.readToEnd().isEmpty)
      #expect(await one.request("/fixed").status == 200)
      #expect(server.server.statistics.refusedConnections == 1)
      two.close()
      try await two.closeFuture.get()
      while server.server.statistics.openConnections > 1 { await Task.yield() }
      let four = try await server.connect()
      #expect(await four.request("/fixed").status == 200)
    }
  }

  @Test func oneAddressNeverKeepsTheOthersOut() {
    let limits = HTTPLimits()
    #expect(limits.connectionsPerAddress < limits.connections)
  }

  @Test func statisticsCountWhatHappened() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      for _ in 0..<5 { _ = await client.request("/fixed") }
      let held = client.start("/hold")
      while server.server.statistics.openStreams < 1 { await Task.yield() }
      let statistics = server.server.statistics
      #expect(statistics.openConnections == 1 && statistics.acceptedConnections == 1)
      #expect(statistics.requests == 6 && statistics.openStreams == 1)
      server.handler.release()
      #expect(await held.wait().status == 200)
    }
  }

  @Test func curlSpeaksHTTP2() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "curl",
        ["-sSv", "--http2-prior-knowledge", "-d", "hello", "\(server.url)/echo"])
      #expect(result.status == 0)
      #expect(result.output.contains("HTTP/2 200"))
      #expect(result.output.contains("hello"))
    }
  }

  @Test func nghttpSpeaksHTTP2() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "nghttp", ["-v", "-H", ":method: POST", "\(server.url)/trailers"])
      #expect(result.output.contains("grpc-status: 12"))
      #expect(!result.output.contains("RST_STREAM"))
      #expect(!result.output.contains("recv DATA"))
    }
  }

  @Test func h2loadSpeaksBoth() async throws {
    try await TestServer.with { server in
      for version in [[], ["--h1"]] {
        let result = try await runTool(
          "h2load", version + ["-n", "4000", "-c", "4", "-m", "8", "\(server.url)/fixed"])
        #expect(result.output.contains("4000 succeeded, 0 failed, 0 errored"), "\(result.output)")
      }
    }
  }

  /// The client is a process of its own: a test that waits for a thread would leave its connection idle.
  @Test(arguments: [[], ["--h1"]])
  func aConnectionWhoseCallsEndAtOnceIsNotIdle(version: [String]) async throws {
    var limits = HTTPLimits()
    limits.idleTimeout = .seconds(3)
    try await TestServer.with(limits) { server in
      let result = try await runTool(
        "h2load", version + ["-D", "5", "--rps", "20", "-c", "1", "\(server.url)/fixed"])
      #expect(result.output.contains(" 0 failed, 0 errored"), "\(result.output)")
      #expect(server.server.statistics.acceptedConnections == 1)
    }
  }

  @Test func oneAddressMayHaveSoManyConnections() async throws {
    var limits = HTTPLimits()
    limits.connectionsPerAddress = 2
    try await TestServer.with(limits) { server in
      let first = try await server.connect()
      let second = try await server.connect()
      let third = try await RawConnection.connect(port: server.port)
      #expect(await third.readToEnd().isEmpty)
      #expect(server.server.statistics.refusedConnections == 1)
      // A place that is given back is there for the next.
      first.close()
      try await first.closeFuture.get()
      var next: HTTPClientConnection?
      while next == nil { next = try? await server.connect() }
      #expect(await next?.request("/fixed").status == 200)
      #expect(await second.request("/fixed").status == 200)
    }
  }
}

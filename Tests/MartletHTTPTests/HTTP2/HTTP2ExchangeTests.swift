// Checks exchanges between our client and our server: bodies, trailers, both directions at once, resets.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite struct HTTP2ExchangeTests {
  @Test func bodyAndTrailersComeBack() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let response = await client.request(
        "/echo", fields: ["x-a": "b"], body: ByteBuffer(string: "hello"), trailers: ["t": "v"])
      #expect(response.status == 200)
      #expect(response.fields["content-type"] == "text/plain")
      #expect(response.text == "hello")
      #expect(response.trailers == ["t": "v"])
      #expect(response.error == nil)
      let head = server.handler.heads.withLockedValue { $0.first }
      #expect(head?.method == "POST" && head?.authority == "test" && head?.scheme == "http")
      #expect(head?.fields == ["x-a": "b"])
      #expect(await server.handler.firstEnd.wait() == nil)
      client.close()
    }
  }

  @Test func emptyBodiesNeedNoData() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let echoed = await client.request("/echo")
      #expect(echoed.status == 200 && echoed.text == "" && echoed.trailers == nil)
      let trailers = await client.request("/trailers", trailers: ["only": "these"])
      #expect(trailers.status == 200 && trailers.trailers == ["grpc-status": "12"])
      #expect(trailers.error == nil)
    }
  }

  @Test(arguments: [1, 16_383, 16_384, 65_535, 65_536, 1 << 20, 9_000_000])
  func bodiesOfEverySizeComeBackWhole(size: Int) async throws {
    var random = SeededGenerator(seed: UInt64(size))
    // A prime length, so that a piece put in the wrong place is seen.
    let block = ByteBuffer(bytes: (0..<4093).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    var body = ByteBuffer()
    while body.readableBytes < size { body.writeImmutableBuffer(block) }
    body.moveWriterIndex(to: size)
    let sent = body
    try await TestServer.with { server in
      let client = try await server.connect()
      let response = await client.request("/echo", body: sent)
      #expect(response.body == sent)
      #expect(response.error == nil)
    }
  }

  @Test func manyStreamsAtOnce() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let texts = await withTaskGroup(of: (Int, String).self) { group in
        for n in 0..<2_000 {
          group.addTask {
            (n, await client.request("/echo", body: ByteBuffer(string: "n\(n)")).text)
          }
        }
        return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
      }
      #expect(texts.count == 2_000)
      #expect(texts.allSatisfy { $0.value == "n\($0.key)" })
      #expect(server.handler.ends.withLockedValue { $0.count } == 2_000)
      #expect(server.handler.ends.withLockedValue { $0.allSatisfy { $0 == nil } })
    }
  }

  @Test func bothDirectionsAtOnce() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let writer = Signal<@Sendable (Int) -> Void>()
      let head = Signal<Int>()
      let done = client.open("/duplex", head: head) { stream, _ in
        let bound = NIOLoopBound(stream, eventLoop: stream.eventLoop)
        writer.fire { round in
          bound.value.send(ByteBuffer(string: "\(round),"))
          if round == 99 { bound.value.finish(trailers: nil) }
        }
      }
      let send = await writer.wait()
      // The head comes before the request's body has ended.
      #expect(await head.wait() == 200)
      for round in 0..<100 { client.executor.submit { send(round) } }
      let response = await done.wait()
      #expect(response.text == (0..<100).map { "\($0)," }.joined())
      #expect(response.error == nil)
    }
  }

  @Test func theServersResetReachesTheClient() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let response = await client.request("/reset")
      #expect(response.error == .reset(HTTP2ErrorCode.cancel))
      #expect(await server.handler.firstEnd.wait() == .reset(HTTP2ErrorCode.cancel))
      #expect(await client.request("/fixed").status == 200)
    }
  }

  @Test func theClientsResetReachesTheServer() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let canceller = Signal<@Sendable () -> Void>()
      let done = client.open("/hold") { stream, _ in
        let bound = NIOLoopBound(stream, eventLoop: stream.eventLoop)
        stream.finish(trailers: nil)
        canceller.fire { bound.value.reset(HTTP2ErrorCode.cancel) }
      }
      await server.handler.accepted.wait()
      client.executor.submit(await canceller.wait())
      #expect(await done.wait().error == .reset(HTTP2ErrorCode.cancel))
      #expect(await server.handler.firstEnd.wait() == .reset(HTTP2ErrorCode.cancel))
    }
  }

  @Test func aResetInTheSameTurnNeverLeaves() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let done = client.open("/echo") { stream, _ in
        stream.reset(HTTP2ErrorCode.cancel)
        stream.send(ByteBuffer(string: "late"))
        stream.finish(trailers: nil)
      }
      #expect(await done.wait().error == .reset(HTTP2ErrorCode.cancel))
      #expect(await client.request("/fixed").status == 200)
      #expect(server.handler.heads.withLockedValue { $0.count } == 1)
    }
  }

  @Test func aResponseAheadOfTheBodyIsComplete() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let done = client.open("/early") { stream, _ in stream.send(ByteBuffer(string: "part")) }
      let response = await done.wait()
      #expect(response.status == 403 && response.error == nil)
      #expect(await server.handler.firstEnd.wait() == nil)
    }
  }

  @Test func aLostConnectionTellsBothSidesOnce() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let requests = (0..<20).map { _ in client.start("/hold") }
      while server.handler.held.withLockedValue({ $0.count }) < 20 { await Task.yield() }
      client.close()
      for request in requests {
        #expect(await request.wait().error == .connectionClosed(processed: true))
      }
      try await client.closeFuture.get()
      while server.handler.ends.withLockedValue({ $0.count }) < 20 { await Task.yield() }
      #expect(
        server.handler.ends.withLockedValue {
          $0.allSatisfy { $0 == .connectionClosed(processed: true) }
        })
      server.handler.release()
      #expect(try await client.onLoop { client.availableStreams } == 0)
      #expect(await client.request("/fixed").error == .connectionClosed(processed: false))
    }
  }

  @Test func itWorksOverAUnixSocket() async throws {
    let path = "/tmp/martlet-http-\(UInt32.random(in: 0 ... .max)).sock"
    let server = try await TestServer.start(at: .unix(path: path))
    let client = try await server.connect()
    #expect(await client.request("/echo", body: ByteBuffer(string: "x")).text == "x")
    await server.stop()
  }
}

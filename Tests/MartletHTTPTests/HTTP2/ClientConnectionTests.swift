// Checks what our client makes of servers: full, silent, absent, gone, or not HTTP/2 at all.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@Suite struct ClientConnectionTests {
  @Test func saturationIsToldAndWhatIsBeyondWaits() async throws {
    var limits = HTTPLimits()
    limits.concurrentStreams = 4
    try await TestServer.with(limits) { server in
      let client = try await server.connect()
      #expect(try await client.onLoop { client.availableStreams } == 4)
      let log = ObserverLog()
      try await client.onLoop { client.setObserver(log) }
      let first = (0..<4).map { _ in client.start("/hold") }
      while server.handler.held.withLockedValue({ $0.count }) < 4 { await Task.yield() }
      #expect(try await client.onLoop { client.availableStreams } == 0)
      let waiting = client.start("/fixed")
      server.handler.release()
      for request in first { #expect(await request.wait().text == "released") }
      #expect(await waiting.wait().status == 200)
      await log.capacity.wait()
      #expect(try await client.onLoop { client.availableStreams } == 4)
    }
  }

  @Test func nobodyListens() async throws {
    let server = try await TestServer.start()
    let endpoint = server.server.endpoint
    await server.stop()
    await #expect(throws: HTTPConnectError.refused(endpoint)) {
      try await HTTPClientConnection.connect(to: endpoint, on: TestServer.executors.next())
    }
    await #expect(throws: HTTPConnectError.refused(.unix(path: "/tmp/no-such-socket"))) {
      try await HTTPClientConnection.connect(
        to: .unix(path: "/tmp/no-such-socket"), on: TestServer.executors.next())
    }
  }

  @Test func aPeerThatIsNotHTTP2() async throws {
    let peer = try await ScriptedPeer.start { _, channel in
      channel.writeAndFlush(ByteBuffer(string: "SSH-2.0-x\r\n"), promise: nil)
    }
    await #expect {
      try await HTTPClientConnection.connect(to: peer.endpoint, on: TestServer.executors.next())
    } throws: {
      "\($0)".contains("does not speak HTTP/2")
    }
    await peer.stop()
  }

  @Test func aPeerThatClosesAtOnce() async throws {
    let peer = try await ScriptedPeer.start { _, channel in channel.close(promise: nil) }
    await #expect {
      try await HTTPClientConnection.connect(to: peer.endpoint, on: TestServer.executors.next())
    } throws: {
      "\($0)".contains("closed the connection before")
    }
    await peer.stop()
  }

  @Test func aPeerThatSaysNothing() async throws {
    let peer = try await ScriptedPeer.start { _, _ in }
    var limits = HTTPLimits()
    limits.handshakeTimeout = .milliseconds(50)
    await #expect {
      try await HTTPClientConnection.connect(
        to: peer.endpoint, on: TestServer.executors.next(), limits: limits)
    } throws: {
      "\($0)".contains("has not answered in 0.05 seconds")
    }
    await peer.stop()
  }

  @Test func goAwaySaysWhichStreamsWereProcessed() async throws {
    let peer = try await ScriptedPeer.start { frames, channel in
      if frames.contains(where: { $0.type == 4 && $0.flags == 0 }) {
        channel.writeAndFlush(ByteBuffer(bytes: RawFrames.settings), promise: nil)
      }
      // The third request: GOAWAY with the first as the last taken; then the end.
      if frames.contains(where: { $0.stream == 5 }) {
        channel.write(
          ByteBuffer(
            bytes: RawFrames.frame(7, RawFrames.bytes(1) + RawFrames.bytes(0))), promise: nil)
        channel.flush()
        channel.close(promise: nil)
      }
    }
    let client = try await HTTPClientConnection.connect(
      to: peer.endpoint, on: TestServer.executors.next())
    let requests = (0..<3).map { _ in client.start("/x") }
    #expect(await requests[0].wait().error == .connectionClosed(processed: true))
    #expect(await requests[1].wait().error == .connectionClosed(processed: false))
    #expect(await requests[2].wait().error == .connectionClosed(processed: false))
    try await client.closeFuture.get()
    await peer.stop()
  }

  @Test func aPeerThatFallsSilentIsGivenUp() async throws {
    let asked = Signal<Void>()
    let peer = try await ScriptedPeer.start { frames, channel in
      if frames.contains(where: { $0.stream == 1 }) { asked.fire() }
      for frame in frames where frame.flags == 0 && asked.value == nil {
        switch frame.type {
        case 4: channel.writeAndFlush(ByteBuffer(bytes: RawFrames.settings), promise: nil)
        case 6:
          channel.writeAndFlush(
            ByteBuffer(bytes: RawFrames.frame(6, flags: 1, frame.payload)), promise: nil)
        default: break
        }
      }
    }
    var limits = HTTPLimits()
    limits.keepaliveInterval = .milliseconds(300)
    limits.keepaliveTimeout = .seconds(3)
    let client = try await HTTPClientConnection.connect(
      to: peer.endpoint, on: TestServer.executors.next(), limits: limits)
    #expect(await client.request("/x").error == .connectionClosed(processed: true))
    await peer.stop()
  }

  /// gRPC, PROTOCOL-HTTP2.md, "Requests": without messages, the end is an empty DATA frame.
  @Test func aPostWithoutABodyEndsByADataFrame() async throws {
    let seen = NIOLockedValueBox<[RawFrames.Frame]>([])
    let peer = try await ScriptedPeer.start { frames, channel in
      if frames.contains(where: { $0.type == 4 && $0.flags == 0 }) {
        channel.writeAndFlush(ByteBuffer(bytes: RawFrames.settings), promise: nil)
      }
      for frame in frames where [0, 1].contains(frame.type) {
        seen.withLockedValue { $0.append(frame) }
        guard frame.flags & 1 == 1 else { continue }
        let answer = RawFrames.headers(frame.stream, [(":status", "204")], ends: true)
        channel.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
      }
    }
    let client = try await HTTPClientConnection.connect(
      to: peer.endpoint, on: TestServer.executors.next())
    #expect(await client.request("/x").status == 204)
    #expect(await client.request("/x", method: "GET").status == 204)
    let ends = seen.withLockedValue { frames in
      frames.map { [$0.stream, UInt32($0.type), UInt32($0.flags & 1)] }
    }
    #expect(ends == [[1, 1, 0], [1, 0, 1], [3, 1, 1]])
    client.close()
    await peer.stop()
  }

  @Test func interimResponsesArePassedOver() async throws {
    let peer = try await ScriptedPeer.start { frames, channel in
      if frames.contains(where: { $0.type == 4 && $0.flags == 0 }) {
        channel.writeAndFlush(ByteBuffer(bytes: RawFrames.settings), promise: nil)
      }
      if frames.contains(where: { $0.stream == 1 && $0.flags & 1 == 1 }) {
        let answer =
          RawFrames.headers(1, [(":status", "103"), ("link", "x")], ends: false)
          + RawFrames.headers(1, [(":status", "200"), ("a", "b")], ends: true)
        channel.writeAndFlush(ByteBuffer(bytes: answer), promise: nil)
      }
    }
    let client = try await HTTPClientConnection.connect(
      to: peer.endpoint, on: TestServer.executors.next())
    let response = await client.request("/x")
    #expect(response.status == 200 && response.fields == ["a": "b"] && response.error == nil)
    client.close()
    await peer.stop()
  }

  @Test func nghttpdAnswers() async throws {
    let port = Int.random(in: 20_000..<30_000)
    let tool = try startTool("nghttpd", ["--no-tls", "-a", "127.0.0.1", "-d", "/etc", "\(port)"])
    defer { tool.stop() }
    var connected: HTTPClientConnection?
    while connected == nil {
      connected = try? await HTTPClientConnection.connect(
        to: .tcp(host: "127.0.0.1", port: port), on: TestServer.executors.next())
    }
    let client = try #require(connected)
    let response = await client.request("/hostname", method: "GET")
    #expect(response.status == 200 && response.error == nil)
    #expect(response.body.readableBytes > 0)
    #expect(await client.request("/no-such-file", method: "GET").status == 404)
    client.close()
  }
}

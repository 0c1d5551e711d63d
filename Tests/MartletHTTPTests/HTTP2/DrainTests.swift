// Checks that a server going away loses no request: what it took it finishes, what it did not take the
// client knows was not processed.

import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite struct DrainTests {
  @Test func underLoadEveryRequestIsAnsweredOrKnownNotToBeProcessed() async throws {
    let server = try await TestServer.start()
    let client = try await server.connect()
    let answered = Tally()
    let started = Signal<Void>()
    let tallies = await withTaskGroup(of: (answered: Int, refused: Int, other: Int).self) { group in
      for _ in 0..<32 {
        group.addTask {
          var tally = (answered: 0, refused: 0, other: 0)
          while tally.refused == 0, tally.other == 0 {
            let response = await client.request("/echo", body: ByteBuffer(string: "x"))
            switch response.error {
            case nil where response.text == "x":
              tally.answered += 1
              if answered.raise() == 500 { started.fire() }
            case .connectionClosed(processed: false): tally.refused += 1
            default: tally.other += 1
            }
          }
          return tally
        }
      }
      await started.wait()
      await server.server.shutdown(grace: .seconds(60))
      return await group.reduce(into: (answered: 0, refused: 0, other: 0)) {
        $0.answered += $1.answered
        $0.refused += $1.refused
        $0.other += $1.other
      }
    }
    #expect(tallies.other == 0)
    #expect(tallies.refused == 32)
    // The server served exactly what the client saw answered.
    #expect(server.handler.ends.withLockedValue { $0.count } == tallies.answered)
    #expect(server.server.statistics.openConnections == 0)
  }

  @Test func h2loadSeesNoErrorBeforeTheEnd() async throws {
    try await TestServer.with { server in
      let result = try await runTool(
        "h2load", ["-n", "20000", "-c", "4", "-m", "50", "\(server.url)/fixed"])
      #expect(result.output.contains("20000 succeeded, 0 failed, 0 errored"), "\(result.output)")
    }
  }

  @Test func anOpenStreamFinishesWithinTheGrace() async throws {
    let server = try await TestServer.start()
    let client = try await server.connect()
    let observer = Signal<ObserverLog>()
    client.executor.submit {
      let log = ObserverLog()
      client.setObserver(log)
      observer.fire(log)
    }
    let log = await observer.wait()
    let held = client.start("/hold")
    await server.handler.accepted.wait()
    async let stopped: Void = server.server.shutdown(grace: .seconds(60))
    await log.draining.wait()
    #expect(try await client.onLoop { client.isAcceptingStreams } == false)
    #expect(await client.request("/fixed").error == .connectionClosed(processed: false))
    server.handler.release()
    #expect(await held.wait().text == "released")
    await stopped
    await log.closed.wait()
  }

  @Test func theGraceEnds() async throws {
    let server = try await TestServer.start()
    let client = try await server.connect()
    let held = client.start("/hold")
    await server.handler.accepted.wait()
    await server.server.shutdown(grace: .milliseconds(50))
    #expect(await held.wait().error == .connectionClosed(processed: true))
    #expect(await server.handler.firstEnd.wait() == .connectionClosed(processed: true))
    #expect(server.server.statistics.openStreams == 0)
    // Again is allowed.
    await server.server.shutdown(grace: .zero)
  }

  @Test func aClientDrainsItself() async throws {
    try await TestServer.with { server in
      let client = try await server.connect()
      let held = client.start("/hold")
      await server.handler.accepted.wait()
      client.drain()
      #expect(await client.request("/fixed").error == .connectionClosed(processed: false))
      server.handler.release()
      #expect(await held.wait().text == "released")
      try await client.closeFuture.get()
    }
  }

  @Test func aRequestThatComesWithTheShutdownIsServed() async throws {
    var limits = HTTPLimits()
    limits.drainNotice = .seconds(60)
    let server = try await TestServer.start(limits)
    let connection = try await RawConnection.connect(port: server.port)
    while server.server.statistics.openConnections < 1 { await Task.yield() }
    try await connection.send(Array(RawFrames.preface.prefix(10)))
    async let stopped: Void = server.server.shutdown(grace: .seconds(60))
    try await connection.send(
      Array(RawFrames.preface.dropFirst(10)) + RawFrames.settings + RawFrames.request(1))
    let frames = await connection.frames { frames in
      frames.contains { $0.type == 6 && $0.flags == 0 }
        && frames.contains { $0.stream == 1 && $0.flags & 1 != 0 }
    }
    let ping = frames.first { $0.type == 6 && $0.flags == 0 }?.payload ?? []
    try await connection.send(RawFrames.frame(6, flags: 1, ping))
    _ = await connection.framesToEnd()
    await stopped
  }

  @Test func theTwoStepsAreOnTheWire() async throws {
    var limits = HTTPLimits()
    limits.drainNotice = .seconds(60)
    let server = try await TestServer.start(limits)
    let connection = try await RawConnection.connect(port: server.port)
    try await connection.send(
      RawFrames.preface + RawFrames.settings + RawFrames.request(1, path: "/hold"))
    await server.handler.accepted.wait()
    async let stopped: Void = server.server.shutdown(grace: .seconds(60))
    let first = await connection.frames { $0.contains { $0.type == 6 && $0.flags == 0 } }
    let notice = first.first { $0.type == 7 }
    #expect(notice?.payload.prefix(4).elementsEqual([0x7f, 0xff, 0xff, 0xff]) == true)
    // A request on its way when the notice was sent is still served.
    let ping = first.first { $0.type == 6 && $0.flags == 0 }?.payload ?? []
    try await connection.send(
      RawFrames.request(3) + RawFrames.frame(6, flags: 1, ping) + RawFrames.request(5))
    let second = await connection.frames { $0.contains { $0.type == 7 } }
    let goAway = second.first { $0.type == 7 }
    #expect(goAway.map { RawFrames.number($0.payload[0..<4]) } == 3)
    server.handler.release()
    let rest = second + (await connection.framesToEnd())
    #expect(rest.contains { $0.stream == 1 && $0.type == 0 })
    #expect(rest.contains { $0.stream == 3 && $0.type == 0 })
    #expect(!rest.contains { $0.stream == 5 })
    await stopped
  }
}

/// Notes what an observer is told.
final class ObserverLog: HTTPClientConnectionObserver, Sendable {
  let draining = Signal<Void>()
  let closed = Signal<Void>()
  let capacity = Signal<Void>()

  func connectionHasCapacity(_ connection: HTTPClientConnection) { capacity.fire() }
  func connectionIsDraining(_ connection: HTTPClientConnection) { draining.fire() }
  func connectionClosed(_ connection: HTTPClientConnection) { closed.fire() }
}

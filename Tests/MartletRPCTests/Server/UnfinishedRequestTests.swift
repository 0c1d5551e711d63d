// Decides that requests whose end does not come hold neither any number of bytes nor for ever, and that calls which may
// last are left alone.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import NIOCore
import Testing

@testable import MartletRPC

@Suite(.timeLimit(.minutes(5))) struct UnfinishedRequestTests {
  /// Calls of one connection, each with the beginning of its body sent.
  private struct Calls {
    let connection: HTTPClientConnection
    let streams: NIOLoopBound<[any HTTPStream]>
    /// The statuses, as calls end.
    var ends: AsyncStream<String>.Iterator

    init(_ paths: [String], _ beginning: [UInt8], to server: HTTPServer) async throws {
      let (ends, told) = AsyncStream.makeStream(of: String.self)
      let connection = try await HTTPClientConnection.connect(
        to: server.endpoint, on: TestLoops.executors.next())
      self.connection = connection
      self.ends = ends.makeAsyncIterator()
      streams = await withCheckedContinuation {
        (opened: CheckedContinuation<NIOLoopBound<[any HTTPStream]>, Never>) in
        connection.executor.submit {
          let streams = paths.map { path in
            let stream = connection.open(
              HTTPRequestHead(
                method: "POST", authority: "localhost", path: path,
                fields: ["content-type": "application/grpc", "te": "trailers"]),
              delegate: StatusOnly(told))
            stream.send(ByteBuffer(bytes: beginning))
            return stream
          }
          opened.resume(
            returning: NIOLoopBound(streams, eventLoop: connection.executor.loop))
        }
      }
    }

    /// Waits until so many more calls have ended.
    mutating func expect(_ count: Int, _ status: String) async {
      for _ in 0..<count {
        let end = await ends.next()
        #expect(end == status)
      }
    }

    func finish(_ rest: [UInt8]) {
      connection.executor.submit { [streams] in
        for stream in streams.value {
          stream.send(ByteBuffer(bytes: rest))
          stream.finish(trailers: nil)
        }
      }
    }
  }

  @Test(arguments: ["/test.Echo/Unary", "/test.Echo/Collect"])
  func aConnectionHoldsSoManyBytes(_ path: String) async throws {
    let configuration = quietConfiguration {
      $0.sizes.received = 200_000
      $0.limits.unfinishedPerConnection = 500_000
    }
    let body = Frame(ping: [UInt8](repeating: 1, count: 190_000)).bytes
    let split = body.count - 100
    try await withListener(configuration: configuration) { server in
      // Of 760,000 bytes two calls fit, in whatever order the pieces come.
      var calls = try await Calls(
        Array(repeating: path, count: 4), Array(body[..<split]), to: server)
      await calls.expect(2, "8")
      calls.finish(Array(body[split...]))
      await calls.expect(2, "0")
      calls.connection.close()
    }
  }

  @Test func theBoundIsOfEachConnection() {
    let unfinished = UnfinishedMessages()
    let (one, two) = (HTTPPeer(address: "a"), HTTPPeer(address: "a"))
    #expect(unfinished.hold(70, before: 0, of: one, bound: 100))
    #expect(!unfinished.hold(40, before: 0, of: one, bound: 100))
    #expect(unfinished.hold(40, before: 0, of: two, bound: 100))
    #expect(unfinished.hold(30, before: 0, of: one, bound: 100))
    #expect(!unfinished.hold(31, before: 30, of: one, bound: 100))
    // To hold less is always possible.
    #expect(unfinished.hold(60, before: 70, of: one, bound: 10))
    #expect(unfinished.hold(0, before: 60, of: one, bound: 100))
    #expect(unfinished.hold(70, before: 0, of: one, bound: 100))
  }

  @Test func requestsThatAreAwaitedMustCome() async throws {
    let configuration = quietConfiguration {
      $0.deadlines = DeadlinePolicy(unaryDefault: nil, bodyTimeout: .milliseconds(50))
    }
    let body = Frame(ping: [1, 2, 3]).bytes
    try await withListener(configuration: configuration) { server in
      var calls = try await Calls(
        ["/test.Echo/Unary", "/test.Echo/Expand", "/test.Echo/Collect", "/test.Echo/Chat"],
        Array(body[..<7]), to: server)
      await calls.expect(2, "4")
      calls.finish(Array(body[7...]))
      await calls.expect(2, "0")
      calls.connection.close()
    }
  }

  @Test func afterTheRequestTheCallsOwnDeadlineCounts() async throws {
    let begun = Signal()
    var service = TestService()
    service.expand = { _, _, _ in try await waitForCancellation(begun) }
    let waiting = service
    try await callUntil(begun) { time in
      let client = inProcessClient(
        waiting,
        configuration: quietConfiguration {
          $0.deadlines = DeadlinePolicy(streamMaximum: time * 2, bodyTimeout: time)
        })
      let call = try await client.open(EchoMethods.expand)
      let failure = await status {
        try await call.requests.write(Ping())
        try await call.finishRequests()
        _ = try await call.responses.next()
      }
      #expect(failure?.code == .deadlineExceeded)
      if begun.isSent { #expect(failure?.message == "deadline exceeded") }
    }
  }
}

/// Tells the status of a call. Confined to its connection's loop.
private final class StatusOnly: HTTPResponseDelegate {
  private let told: AsyncStream<String>.Continuation
  private var status: String?

  init(_ told: AsyncStream<String>.Continuation) { self.told = told }

  func streamReceivedHead(_ head: HTTPResponseHead) { status = head.fields["grpc-status"] }
  func streamReceived(_ bytes: inout ByteBuffer) {}
  func streamReceivedEnd(trailers: HTTPFields?) { status = status ?? trailers?["grpc-status"] }
  func streamBecameWritable() {}
  func streamClosed(_ error: HTTPStreamError?) {
    told.yield(status ?? "none: \(String(describing: error))")
  }
}

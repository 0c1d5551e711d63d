// Decides that a server which answers a stream before its end has come makes no writer fail: grpcio and grpc-go do.

import MartletCall
import MartletHTTP
import MartletProto
import NIOCore
import Testing

@testable import MartletRPC

@Suite(.timeLimit(.minutes(5))) struct EarlyAnswerTests {
  /// A channel to a server that ends each call as its first message comes.
  static func client(_ status: Int, body: [UInt8] = []) -> EchoClient {
    let executor = TestLoops.executors.next()
    return EchoClient(
      channel: RPCChannel(
        MartletRPC.ChannelCore(executor: executor, configuration: RPCChannel.Configuration()) {
          HastyRoad(executor: executor, status: status, body: body)
        }))
  }

  /// Larger than what may wait to be sent: the writer waits, and is woken by the end of the call.
  static let large = Ping(payload: [UInt8](repeating: 1, count: 1 << 20))

  @Test func aWriterIsNotToldOfAGoodEnd() async throws {
    let call = try await Self.client(0).open(EchoMethods.chat)
    try await call.requests.write(Self.large)
    try await call.finishRequests()
    #expect(try await call.responses.next() == nil)
    #expect(await status { try await call.requests.write(Self.large) }?.code == .cancelled)
  }

  @Test func aBadEndIsToldToTheReaderAndToLaterWriters() async throws {
    let call = try await Self.client(9).open(EchoMethods.chat)
    // Whether the one under way hears of it is a matter of time.
    _ = await status { try await call.requests.write(Self.large) }
    #expect(await status { _ = try await call.responses.next() }?.code == .failedPrecondition)
    #expect(await status { try await call.requests.write(Self.large) }?.code == .failedPrecondition)
  }

  @Test func aGoodEndInsideAMessageIsAFault() async throws {
    let whole = Frame(ping: [7]).bytes
    for cut in 1..<whole.count {
      let call = try await Self.client(0, body: whole + whole[..<cut]).open(EchoMethods.chat)
      try await call.requests.write(Ping())
      #expect(try await call.responses.next()?.payload == [7])
      let failure = await status { _ = try await call.responses.next() }
      #expect(failure?.code == .internal, "cut at \(cut)")
    }
  }
}

/// Leads to a server that does not wait.
private final class HastyRoad: ClientRoad {
  private let executor: LoopExecutor
  private let status: Int
  private let body: [UInt8]

  init(executor: LoopExecutor, status: Int, body: [UInt8]) {
    self.executor = executor
    self.status = status
    self.body = body
  }

  var isAcceptingStreams: Bool { true }
  func observe(_ observer: MartletRPC.ChannelCore) {}
  func drain() {}
  func close() {}

  func open(_ head: HTTPRequestHead, delegate: any HTTPResponseDelegate) -> any HTTPStream {
    HastyStream(executor, delegate, status, body)
  }
}

/// Confined to its loop.
private final class HastyStream: HTTPStream {
  let executor: LoopExecutor
  let peer = HTTPPeer(address: "test")
  private let delegate: any HTTPResponseDelegate
  private let status: Int
  private let body: [UInt8]

  init(
    _ executor: LoopExecutor, _ delegate: any HTTPResponseDelegate, _ status: Int, _ body: [UInt8]
  ) {
    self.executor = executor
    self.delegate = delegate
    self.status = status
    self.body = body
  }

  var eventLoop: any EventLoop { executor.loop }
  var isWritable: Bool { true }

  func send(_ bytes: ByteBuffer) {
    delegate.streamReceivedHead(
      HTTPResponseHead(status: 200, fields: ["content-type": "application/grpc"]))
    if !body.isEmpty {
      var bytes = ByteBuffer(bytes: body)
      delegate.streamReceived(&bytes)
    }
    var trailers = HTTPFields()
    trailers.append("grpc-status", status)
    delegate.streamReceivedEnd(trailers: trailers)
  }

  func finish(trailers: HTTPFields?) {}
  func reset(_ code: UInt32) {}
  func consumed(_ count: Int) {}
}

// Tests generated service protocols and clients: each kind of call through descriptors, handlers and channel.

import MartletCall
import MartletWire
import Synchronization
import TestProto
import Testing

/// Answers with what it was sent.
private struct Service: EverythingService {
  func unary(_ request: Everything, context: CallContext) async throws -> Sample {
    Sample(id: request.stringField, name: context.method.path)
  }

  func clientStream(_ requests: MessageStream<Sample>, context: CallContext) async throws -> Nothing
  {
    var count = 0
    for try await sample in requests {
      #expect(sample.id == "\(count)")
      count += 1
    }
    #expect(count == 3)
    return Nothing()
  }

  func serverStream(
    _ request: Nothing, to responses: MessageWriter<Sample>, context: CallContext
  ) async throws {
    for index in 0..<3 { try await responses.write(Sample(id: "\(index)")) }
  }

  func bothStream(
    _ requests: MessageStream<Sample>, to responses: MessageWriter<Everything>,
    context: CallContext
  ) async throws {
    for try await sample in requests {
      try await responses.write(Everything(stringField: sample.id))
    }
  }

  func echo(_ request: JSONObject, context: CallContext) async throws -> Empty { Empty() }
}

/// Runs handlers without a transport: requests are collected until the client has finished them.
private struct Loopback: CallChannel {
  let handlers: [MethodHandler]

  private func handler(_ method: MethodDescriptor) throws -> MethodHandler {
    guard let handler = handlers.first(where: { $0.descriptor === method }) else {
      throw Status(.unimplemented)
    }
    return handler
  }

  func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, returning: R.Type, options: CallOptions
  ) async throws -> R {
    guard case .unary(let bind) = try handler(method).implementation else {
      throw Status(.internal)
    }
    let run = try request.withEncodedBytes { try bind($0, .protobuf, .standard) }
    return try R(encoded: try await run(CallContext(method: method)).encoded())
  }

  func open<Q: Message, R: Message>(
    _ method: MethodDescriptor, sending: Q.Type, returning: R.Type, options: CallOptions
  ) async throws -> ClientCall<Q, R> {
    let handler = try handler(method)
    let sent = Queue()
    let received = Queue()
    return ClientCall(
      requests: MessageWriter { try await sent.send($0) },
      responses: MessageStream { try await received.next(R.self) },
      finishRequests: { try await Self.run(handler, sent, received) }, cancel: {})
  }

  private static func run(_ handler: MethodHandler, _ sent: Queue, _ received: Queue) async throws {
    let context = CallContext(method: handler.descriptor)
    switch handler.implementation {
    case .unary: throw Status(.internal)
    case .clientStreaming(let run): try await received.send(try await run(sent, context))
    case .serverStreaming(let bind):
      let request = sent.take() ?? []
      let run = try request.withUnsafeBytes { try bind($0, .protobuf, .standard) }
      try await run(received, context)
    case .bidirectional(let run): try await run(sent, received, context)
    }
  }

  /// Encoded messages in order.
  private final class Queue: RequestSource, ResponseSink {
    private let messages = Mutex<[[UInt8]]>([])

    func take() -> [UInt8]? { messages.withLock { $0.isEmpty ? nil : $0.removeFirst() } }

    func next<Q: Message>(_ type: Q.Type) async throws -> Q? {
      try take().map { try Q(encoded: $0) }
    }

    func send<R: Message>(_ message: R) async throws {
      let bytes = message.encoded()
      messages.withLock { $0.append(bytes) }
    }
  }
}

@Suite struct GeneratedServiceTests {
  private let client = EverythingServiceClient(
    channel: Loopback(handlers: Service().methodHandlers))

  @Test func descriptorsSayWhatTheContractSays() {
    let methods = EverythingServiceMethods.all
    #expect(methods.map(\.name) == ["Unary", "ClientStream", "ServerStream", "BothStream", "Echo"])
    #expect(
      methods.map(\.kind) == [.unary, .clientStreaming, .serverStreaming, .bidirectional, .unary])
    #expect(
      methods.map(\.idempotency) == [.noSideEffects, .unknown, .idempotent, .unknown, .unknown])
    #expect(methods[0].path == "/martlet.test.v1.EverythingService/Unary")
    #expect(methods[4].requestType == "google.protobuf.Struct")
    #expect(Service().methodHandlers.map(\.descriptor.name) == methods.map(\.name))
  }

  @Test func unary() async throws {
    let response = try await client.unary(Everything(stringField: "x"))
    #expect(response.id == "x")
    #expect(response.name == "/martlet.test.v1.EverythingService/Unary")
    #expect(try await client.echo(["a": 1]) == Empty())
  }

  @Test func clientStream() async throws {
    let call = try await client.clientStream()
    for index in 0..<3 { try await call.requests.write(Sample(id: "\(index)")) }
    try await call.finishRequests()
    #expect(try await call.responses.next() == Nothing())
  }

  @Test func serverStream() async throws {
    let call = try await client.serverStream(Nothing())
    var ids: [String] = []
    for try await sample in call.responses { ids.append(sample.id) }
    #expect(ids == ["0", "1", "2"])
  }

  @Test func bothStream() async throws {
    let call = try await client.bothStream()
    for index in 0..<3 { try await call.requests.write(Sample(id: "\(index)")) }
    try await call.finishRequests()
    var texts: [String] = []
    for try await response in call.responses { texts.append(response.stringField) }
    #expect(texts == ["0", "1", "2"])
  }
}

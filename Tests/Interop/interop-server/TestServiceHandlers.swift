// Decides what each method of the interop cases answers
// (https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md, "Server").

import Foundation
import InteropProto
import MartletCall

/// Serves `grpc.testing.TestService`.
struct TestServiceHandlers: TestService {
  /// Tells this process from every other.
  private let serverID = UUID().uuidString

  func emptyCall(_ request: Empty, context: CallContext) async throws
    -> Empty
  {
    context.echoMetadata()
    return request
  }

  func unaryCall(_ request: SimpleRequest, context: CallContext) async throws -> SimpleResponse {
    context.echoMetadata()
    try context.check(request.expectCompressed)
    try request.responseStatus?.throwUnlessOK()
    context.response.compresses = request.responseCompressed?.value
    var response = SimpleResponse(
      payload: try .zeros(request.responseSize, request.responseType))
    if request.fillServerID { response.serverID = serverID }
    response.hostname = ProcessInfo.processInfo.hostName
    return response
  }

  func cacheableUnaryCall(_ request: SimpleRequest, context: CallContext) async throws
    -> SimpleResponse
  {
    context.echoMetadata()
    context.response.headers.add("cache-control", "max-age=60, public")
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let nanoseconds = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    return SimpleResponse(payload: Payload(body: Array("\(nanoseconds)".utf8)))
  }

  func streamingOutputCall(
    _ request: StreamingOutputCallRequest,
    to responses: MessageWriter<StreamingOutputCallResponse>, context: CallContext
  ) async throws {
    var answers = PacedResponses(responses, context)
    try await answers.answer(request)
  }

  func streamingInputCall(
    _ requests: MessageStream<StreamingInputCallRequest>, context: CallContext
  ) async throws -> StreamingInputCallResponse {
    context.echoMetadata()
    var size = 0
    for try await request in requests {
      try context.check(request.expectCompressed)
      size += request.payload?.body.count ?? 0
    }
    return StreamingInputCallResponse(aggregatedPayloadSize: Int32(clamping: size))
  }

  func fullDuplexCall(
    _ requests: MessageStream<StreamingOutputCallRequest>,
    to responses: MessageWriter<StreamingOutputCallResponse>, context: CallContext
  ) async throws {
    var answers = PacedResponses(responses, context)
    for try await request in requests { try await answers.answer(request) }
  }

  func halfDuplexCall(
    _ requests: MessageStream<StreamingOutputCallRequest>,
    to responses: MessageWriter<StreamingOutputCallResponse>, context: CallContext
  ) async throws {
    var all: [StreamingOutputCallRequest] = []
    for try await request in requests { all.append(request) }
    var answers = PacedResponses(responses, context)
    for request in all { try await answers.answer(request) }
  }

  /// Not registered: see `LackingService`.
  func unimplementedCall(_ request: Empty, context: CallContext) async throws
    -> Empty
  {
    throw Status(.unimplemented)
  }
}

/// A service without one of its methods: a call of that finds none.
struct LackingService: RPCService {
  private let service: any RPCService
  private let missing: MethodDescriptor

  init(_ service: any RPCService, without missing: MethodDescriptor) {
    self.service = service
    self.missing = missing
  }

  var methodHandlers: [MethodHandler] {
    service.methodHandlers.filter { $0.descriptor !== missing }
  }
}

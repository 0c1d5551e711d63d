// Decides how the responses of a stream are sent: as large, as late and as compressed as the request asks for.

import InteropProto
import MartletCall

/// Answers the requests of one call.
struct PacedResponses {
  private let responses: MessageWriter<StreamingOutputCallResponse>
  private let context: CallContext
  private var lastSent = ContinuousClock.now

  /// Echoes the call's metadata, and opens the choice of compression for each message.
  init(_ responses: MessageWriter<StreamingOutputCallResponse>, _ context: CallContext) {
    self.responses = responses
    self.context = context
    context.echoMetadata()
    context.response.compresses = false
  }

  /// Sends what one request asks for.
  mutating func answer(_ request: StreamingOutputCallRequest) async throws {
    try request.responseStatus?.throwUnlessOK()
    for wanted in request.responseParameters {
      if wanted.intervalUs > 0 {
        try await Task.sleep(until: lastSent + .microseconds(wanted.intervalUs), clock: .continuous)
      }
      context.response.compresses = wanted.compressed?.value ?? false
      var response = StreamingOutputCallResponse(
        payload: try .zeros(wanted.size, request.responseType))
      if wanted.fillPeerSocketAddress?.value == true { response.peerSocketAddress = context.peer }
      try await responses.write(response)
      lastSent = .now
    }
  }
}

// Decides that a ping touches nothing but the way there and back.

internal import MartletCall
internal import MartletProto

extension SystemHandlers {
  func ping(_ request: PingRequest, context: CallContext) async throws -> PingResponse {
    PingResponse(payload: request.payload)
  }
}

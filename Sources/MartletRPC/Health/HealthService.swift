// Decides how health is asked for: `grpc.health.v1.Health`
// (https://github.com/grpc/grpc/blob/master/doc/health-checking.md).

public import MartletCall
public import MartletProto

/// Serves `grpc.health.v1.Health` from a `HealthState`.
public struct HealthService: GRPC.Health.V1.Health {
  private let state: HealthState

  /// Serves a state.
  public init(_ state: HealthState) { self.state = state }

  /// The health of one service; NOT_FOUND when it does not exist.
  public func check(
    _ request: GRPC.Health.V1.HealthCheckRequest, context: CallContext
  ) async throws -> GRPC.Health.V1.HealthCheckResponse {
    guard let status = state.status(of: request.service) else {
      throw Status.notFound(type: "service", name: request.service)
    }
    return .init(status: Self.wire(status))
  }

  /// The health of every service.
  public func list(
    _ request: GRPC.Health.V1.HealthListRequest, context: CallContext
  ) async throws -> GRPC.Health.V1.HealthListResponse {
    .init(statuses: state.all.mapValues { .init(status: Self.wire($0)) })
  }

  /// The health of one service, now and at each change.
  public func watch(
    _ request: GRPC.Health.V1.HealthCheckRequest,
    to responses: MessageWriter<GRPC.Health.V1.HealthCheckResponse>, context: CallContext
  ) async throws {
    for await status in state.watch(request.service) {
      try await responses.write(.init(status: status.map(Self.wire) ?? .serviceUnknown))
    }
    try Task.checkCancellation()
    throw Status(.unavailable, "the server is shutting down")
  }

  private static func wire(
    _ status: HealthState.Status
  ) -> GRPC.Health.V1.HealthCheckResponse.ServingStatus {
    switch status {
    case .serving: .serving
    case .notServing: .notServing
    }
  }
}

// Decides how older clients learn what a server serves: `v1alpha` has the messages of `v1` under another
// package name, so each is carried over by its bytes.

public import MartletCall
public import MartletProto
import MartletWire

/// Serves `grpc.reflection.v1alpha.ServerReflection`.
public struct ReflectionAlphaService: GRPC.Reflection.V1alpha.ServerReflection {
  private let service: ReflectionService

  /// Answers as a service of `v1` does.
  public init(_ service: ReflectionService) { self.service = service }

  /// Answers questions in order.
  public func serverReflectionInfo(
    _ requests: MessageStream<GRPC.Reflection.V1alpha.ServerReflectionRequest>,
    to responses: MessageWriter<GRPC.Reflection.V1alpha.ServerReflectionResponse>,
    context: CallContext
  ) async throws {
    try await service.serverReflectionInfo(
      MessageStream { try await requests.next().map { try Self.carry($0) } },
      to: MessageWriter { try await responses.write(Self.carry($0)) }, context: context)
  }

  /// A message as another type with the same fields.
  private static func carry<From: Message, To: Message>(_ message: From) throws -> To {
    try message.withEncodedBytes { try To.decode($0, limits: .standard) }
  }
}

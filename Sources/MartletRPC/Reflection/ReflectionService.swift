// Decides how a client learns what a server serves: `grpc.reflection.v1.ServerReflection`
// (https://github.com/grpc/grpc/blob/master/doc/server-reflection.md), from the embedded descriptors.

public import MartletCall
public import MartletProto
import MartletWire

/// Serves `grpc.reflection.v1.ServerReflection`.
public struct ReflectionService: GRPC.Reflection.V1.ServerReflection {
  typealias Request = GRPC.Reflection.V1.ServerReflectionRequest
  typealias Response = GRPC.Reflection.V1.ServerReflectionResponse
  private let index: DescriptorIndex

  /// Describes services, and the reflection services themselves.
  public init(describing services: [any RPCService]) {
    let names = services.flatMap { $0.methodHandlers.map(\.descriptor.service) }
    let own = [
      GRPC.Reflection.V1.ServerReflectionMethods.serverReflectionInfo.service,
      GRPC.Reflection.V1alpha.ServerReflectionMethods.serverReflectionInfo.service,
    ]
    index = DescriptorIndex(services: Array(Set(names + own)), files: ProtoDescriptors.files)
  }

  /// Answers questions in order.
  public func serverReflectionInfo(
    _ requests: MessageStream<GRPC.Reflection.V1.ServerReflectionRequest>,
    to responses: MessageWriter<GRPC.Reflection.V1.ServerReflectionResponse>, context: CallContext
  ) async throws {
    var sent: Set<String> = []
    for try await request in requests {
      try await responses.write(
        .init(
          validHost: request.host, originalRequest: request,
          messageResponse: answer(request.messageRequest, &sent)))
    }
  }

  func answer(
    _ question: Request.MessageRequest?, _ sent: inout Set<String>
  ) -> Response.MessageResponse {
    switch question {
    case .fileByFilename(let name): return files(name, "file \(name)", &sent)
    case .fileContainingSymbol(let symbol):
      return files(index.file(declaring: symbol) ?? "", "symbol \(symbol)", &sent)
    case .listServices:
      return .listServicesResponse(.init(service: index.services.map { .init(name: $0) }))
    case .fileContainingExtension(let wanted):
      return Self.notFound("extension \(wanted.extensionNumber) of \(wanted.containingType)")
    case .allExtensionNumbersOfType(let type):
      // proto3 messages have no extensions.
      guard index.file(declaring: type) != nil else { return Self.notFound("type \(type)") }
      return .allExtensionNumbersResponse(.init(baseTypeName: type))
    case nil:
      return .errorResponse(
        .init(
          errorCode: Int32(StatusCode.invalidArgument.rawValue),
          errorMessage: "the request asks nothing"))
    }
  }

  private func files(
    _ name: String, _ wanted: String, _ sent: inout Set<String>
  ) -> Response.MessageResponse {
    guard let files = index.encoded(name, without: &sent) else { return Self.notFound(wanted) }
    return .fileDescriptorResponse(.init(fileDescriptorProto: files))
  }

  private static func notFound(_ wanted: String) -> Response.MessageResponse {
    .errorResponse(
      .init(errorCode: Int32(StatusCode.notFound.rawValue), errorMessage: "\(wanted) is not known"))
  }
}

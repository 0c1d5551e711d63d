// Decides that a client learns every service and every file it needs, by both versions of reflection.

import MartletCall
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct ReflectionTests {
  struct Both: RPCService {
    let methodHandlers: [MethodHandler]
    init() {
      let service = ReflectionService(describing: [HealthService(HealthState())])
      methodHandlers = service.methodHandlers + ReflectionAlphaService(service).methodHandlers
    }
  }

  @Test func answers() async throws {
    let client = GRPC.Reflection.V1.ServerReflectionClient(channel: inProcess(Both()).channel())
    let call = try await client.serverReflectionInfo()
    func ask(
      _ question: GRPC.Reflection.V1.ServerReflectionRequest.MessageRequest?
    ) async throws -> GRPC.Reflection.V1.ServerReflectionResponse.MessageResponse? {
      try await call.requests.write(.init(host: "h", messageRequest: question))
      let answer = try await call.responses.next()
      #expect(answer?.validHost == "h")
      #expect(answer?.originalRequest?.messageRequest == question)
      return answer?.messageResponse
    }
    #expect(
      try await ask(.listServices(""))
        == .listServicesResponse(
          .init(service: [
            .init(name: "grpc.health.v1.Health"),
            .init(name: "grpc.reflection.v1.ServerReflection"),
            .init(name: "grpc.reflection.v1alpha.ServerReflection"),
          ])))
    guard
      case .fileDescriptorResponse(let files) = try await ask(
        .fileContainingSymbol("martlet.v1.RunService.GetRun"))
    else {
      Issue.record("no files")
      return
    }
    // The file and what it imports, once.
    #expect(files.fileDescriptorProto.count > 2)
    #expect(Set(files.fileDescriptorProto).count == files.fileDescriptorProto.count)
    guard
      case .fileDescriptorResponse(let again) = try await ask(
        .fileByFilename("martlet/v1/run_service.proto"))
    else {
      Issue.record("no file")
      return
    }
    #expect(again.fileDescriptorProto == [files.fileDescriptorProto[0]])
    for question in [
      .fileByFilename("nothing.proto"), .fileContainingSymbol("nothing"),
      .fileContainingExtension(.init(containingType: "martlet.v1.Run", extensionNumber: 5)),
      .allExtensionNumbersOfType("nothing"),
    ] as [GRPC.Reflection.V1.ServerReflectionRequest.MessageRequest] {
      guard case .errorResponse(let error) = try await ask(question) else {
        Issue.record("\(question) was answered")
        continue
      }
      #expect(error.errorCode == 5)
    }
    #expect(
      try await ask(.allExtensionNumbersOfType("martlet.v1.Run"))
        == .allExtensionNumbersResponse(.init(baseTypeName: "martlet.v1.Run")))
    guard case .errorResponse = try await ask(nil) else {
      Issue.record("nothing was answered")
      return
    }
    try await call.finishRequests()
    #expect(try await call.responses.next() == nil)
  }

  @Test func olderClients() async throws {
    let client = GRPC.Reflection.V1alpha.ServerReflectionClient(
      channel: inProcess(Both()).channel())
    let call = try await client.serverReflectionInfo()
    try await call.requests.write(.init(messageRequest: .listServices("")))
    try await call.finishRequests()
    guard case .listServicesResponse(let list) = try await call.responses.next()?.messageResponse
    else {
      Issue.record("no list")
      return
    }
    #expect(list.service.map(\.name).contains("grpc.health.v1.Health"))
  }
}

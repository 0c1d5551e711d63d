// Decides how a service looks in Swift: a protocol to implement, a namespace of method descriptors, a client.

/// Writes one service.
struct ServiceWriter {
  let service: ProtoService
  let names: SwiftNames

  private var name: String { SwiftNames.typeName(service.name) }
  private var methodsName: String { name + "Methods" }
  private var clientName: String { name + "Client" }

  /// Writes everything.
  func write(_ text: inout SourceText) throws {
    let scope = names.namespace(service.package)
    if !scope.isEmpty { text.open("extension \(scope.joined(separator: ".")) {") }
    try writeProtocol(&text)
    text.line()
    writeDescriptors(&text)
    text.line()
    try writeClient(&text)
    if !scope.isEmpty { text.close() }
    text.line()
    writeHandlers(&text)
  }

  private func types(_ method: ProtoMethod) throws -> (request: String, response: String) {
    (try type(method.input, of: method), try type(method.output, of: method))
  }

  private func type(_ message: String, of method: ProtoMethod) throws -> String {
    let type = try SwiftType(.message(message), in: nil, names: names)
    guard let bridge = type.bridge, bridge == type.name else {
      throw PluginFault(
        "\(service.fullName).\(method.name): \(message) is a plain value in Swift; "
          + "give the method a message of its own")
    }
    return bridge
  }

  private func writeProtocol(_ text: inout SourceText) throws {
    text.doc(service.comment)
    text.open("public protocol \(name): MartletCall.RPCService {")
    for (index, method) in service.methods.enumerated() {
      if index > 0 { text.line() }
      let (request, response) = try types(method)
      text.doc(method.comment)
      let taken =
        method.clientStreams
        ? "_ requests: MartletCall.MessageStream<\(request)>" : "_ request: \(request)"
      let sent =
        method.serverStreams ? ", to responses: MartletCall.MessageWriter<\(response)>" : ""
      text.line("func \(SwiftNames.property(method.name))(")
      text.line("  \(taken)\(sent), context: MartletCall.CallContext")
      text.line(") async throws\(method.serverStreams ? "" : " -> \(response)")")
    }
    text.close()
  }

  private func writeDescriptors(_ text: inout SourceText) {
    text.doc("The methods of `\(service.fullName)`.")
    text.open("public enum \(methodsName) {")
    for method in service.methods {
      let kind =
        switch (method.clientStreams, method.serverStreams) {
        case (false, false): "unary"
        case (true, false): "clientStreaming"
        case (false, true): "serverStreaming"
        case (true, true): "bidirectional"
        }
      let idempotency =
        switch method.idempotency {
        case .unknown: "unknown"
        case .noSideEffects: "noSideEffects"
        case .idempotent: "idempotent"
        }
      text.doc(method.comment)
      text.line(
        "public static let \(SwiftNames.property(method.name)) = MartletCall.MethodDescriptor(")
      text.line("  service: \(quoted(service.fullName)), name: \(quoted(method.name)),")
      text.line("  kind: .\(kind), idempotency: .\(idempotency),")
      text.line("  requestType: \(quoted(method.input)), responseType: \(quoted(method.output)))")
    }
    text.line()
    text.doc("Every method, in order of declaration.")
    text.open("public static let all: [MartletCall.MethodDescriptor] = [")
    for method in service.methods { text.line("\(SwiftNames.property(method.name)),") }
    text.close("]")
    text.close()
  }

  private func writeClient(_ text: inout SourceText) throws {
    text.doc("Calls `\(service.fullName)`.")
    text.open("public struct \(clientName): Sendable {")
    text.doc("The road to the server.")
    text.line("public let channel: any MartletCall.CallChannel")
    text.line()
    text.doc("Makes a client of a channel.")
    text.line("public init(channel: any MartletCall.CallChannel) { self.channel = channel }")
    for method in service.methods {
      text.line()
      try writeCall(method, &text)
    }
    text.close()
  }

  private func writeCall(_ method: ProtoMethod, _ text: inout SourceText) throws {
    let (request, response) = try types(method)
    let descriptor = "\(methodsName).\(SwiftNames.property(method.name))"
    text.doc(method.comment)
    text.line("public func \(SwiftNames.property(method.name))(")
    if !method.clientStreams && !method.serverStreams {
      text.line("  _ request: \(request), options: MartletCall.CallOptions = .standard")
      text.open(") async throws -> \(response) {")
      text.line("try await channel.unary(")
      text.line("  \(descriptor), request, returning: \(response).self,")
      text.line("  options: options)")
      text.close()
      return
    }
    let first = method.clientStreams ? "" : "_ request: \(request), "
    text.line("  \(first)options: MartletCall.CallOptions = .standard")
    text.open(") async throws -> MartletCall.ClientCall<\(request), \(response)> {")
    text.line("\(method.clientStreams ? "" : "let call = ")try await channel.open(")
    text.line("  \(descriptor), sending: \(request).self,")
    text.line("  returning: \(response).self, options: options)")
    if !method.clientStreams {
      text.line("try await call.requests.write(request)")
      text.line("try await call.finishRequests()")
      text.line("return call")
    }
    text.close()
  }

  private func writeHandlers(_ text: inout SourceText) {
    let path = (names.namespace(service.package) + [name]).joined(separator: ".")
    let methods = (names.namespace(service.package) + [methodsName]).joined(separator: ".")
    text.open("extension \(path) {")
    text.doc("The handlers of every method.")
    text.open("public var methodHandlers: [MartletCall.MethodHandler] {")
    text.open("[")
    for method in service.methods {
      let property = SwiftNames.property(method.name)
      let (kind, parameters, arguments) =
        switch (method.clientStreams, method.serverStreams) {
        case (false, false): ("unary", "request, context", "request, context: context")
        case (true, false): ("clientStreaming", "requests, context", "requests, context: context")
        case (false, true):
          (
            "serverStreaming", "request, responses, context",
            "request, to: responses, context: context"
          )
        case (true, true):
          (
            "bidirectional", "requests, responses, context",
            "requests, to: responses, context: context"
          )
        }
      text.open("MartletCall.MethodHandler.\(kind)(\(methods).\(property)) { \(parameters) in")
      text.line("try await self.\(property)(\(arguments))")
      text.close("},")
    }
    text.close("]")
    text.close()
    text.close()
  }
}

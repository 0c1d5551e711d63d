// Decides which backend answers protoc's request: `--martlet_opt=backend=swift` (the rule), `backend=c` or `backend=shell`.

/// The plugin, without its streams.
public enum Generator {
  /// Reads a CodeGeneratorRequest to its end and writes a CodeGeneratorResponse.
  ///
  /// - Returns: false when that was not possible; why is written to `errors`.
  public static func serve(input: Int32, output: Int32, errors: Int32) -> Bool {
    do {
      try writeAll(answer(readAll(input)), to: output)
      return true
    } catch {
      try? writeAll(Array("protoc-gen-martlet: \(error)\n".utf8), to: errors)
      return false
    }
  }

  /// Answers a CodeGeneratorRequest with a CodeGeneratorResponse.
  ///
  /// Faults in .proto files go to protoc inside the response.
  /// - Throws: a fault that says what the bytes are not, when they are no request; an error of the system.
  public static func answer(_ bytes: [UInt8]) throws -> [UInt8] {
    let request = try PluginRequest(bytes)
    do {
      let options = request.options
      switch options["backend"] ?? "swift" {
      case "swift":
        return PluginResponse.encode(
          try SwiftBackend(request.model(), options: SwiftOptions(options)).files())
      case "c":
        return try CBackend.answer(request)
      case "shell":
        return PluginResponse.encode(try ShellBackend(request.model(), options: options).files())
      case let other:
        throw PluginFault("no backend is called \(other); there are swift, c and shell")
      }
    } catch let fault as PluginFault {
      return PluginResponse.encode(error: fault.description)
    }
  }

  /// Answers a request by the backends that start no other program.
  public static func rehearse(_ bytes: [UInt8]) throws {
    let request = try PluginRequest(bytes)
    _ = try SwiftBackend(request.model(), options: SwiftOptions(request.options)).files()
    _ = try ShellBackend(request.model(), options: request.options).files()
  }
}

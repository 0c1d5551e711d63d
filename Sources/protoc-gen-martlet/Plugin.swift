// Decides which backend answers protoc's request: `--martlet_opt=backend=swift` (the rule), `backend=c` or `backend=shell`.

import Glibc

/// The plugin. It reads a CodeGeneratorRequest from standard input and writes a response to standard output.
@main
struct Plugin {
  static func main() {
    do {
      let bytes = try readAll(STDIN_FILENO)
      try writeAll(answer(bytes), to: STDOUT_FILENO)
    } catch {
      try? writeAll(Array("protoc-gen-martlet: \(error)\n".utf8), to: STDERR_FILENO)
      exit(1)
    }
  }

  /// Faults in .proto files go to protoc inside the response; a request that is none is an error of this process.
  private static func answer(_ bytes: [UInt8]) throws -> [UInt8] {
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
}

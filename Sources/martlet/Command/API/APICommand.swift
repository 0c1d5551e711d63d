// Decides how any RPC is called by its name: the request and the answer are JSON.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct APICommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "api", abstract: "Call any RPC of the server by its name.",
    subcommands: [ListMethods.self, CallMethod.self])
}

struct ListMethods: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List the services and their methods.")
  @Argument(help: "Only services whose name contains this.")
  var service: String?

  func run() async throws {
    var table = Table("method", "kind", "request", "response")
    for method in Methods.all {
      let name = method.path.dropFirst("/martlet.v1.".count)
      guard service.map({ name.lowercased().contains($0.lowercased()) }) ?? true else { continue }
      table.append(
        .init(String(name), .bold), .init(method.kind == .unary ? "" : "stream"),
        .init(short(method.requestType), .dim), .init(short(method.responseType), .dim))
    }
    Terminal.standard.write(table.render(for: .standard))
  }

  private func short(_ name: String) -> String {
    String(name.split(separator: ".").last ?? "")
  }
}

struct CallMethod: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Call one method with a JSON request.",
    discussion: """
      A stream of answers is printed a line each. A stream of requests is read from standard input, a line each.

        martlet api call RunService/GetRun -d '{"id":"…"}'
      """)
  @Argument(help: "Such as RunService/GetRun.")
  var method: String
  @Option(name: [.customShort("d"), .long], help: "The request as JSON; - reads standard input.")
  var data: String = "{}"
  @Option(help: "Seconds to wait.")
  var timeout: Int?
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    guard let descriptor = Methods.named(method) else {
      throw ValidationError("there is no method \(method); `martlet api ls` lists them")
    }
    let body = data == "-" ? Array(readStandardInput()) : Array(data.utf8)
    try await Connection.use(connection) { connection in
      let options = CallOptions(timeout: timeout.map { .seconds($0) })
      let call = try DynamicCall(descriptor)
      do {
        try await call.run(
          over: connection.client.channel, request: body, options: options
        ) { Terminal.standard.line($0) }
      } catch let error as WireError {
        complain("martlet: the request is wrong: \(error)")
        return .usage
      }
      return nil
    }
  }

  private func readStandardInput() -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }
}

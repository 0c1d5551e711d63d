// Decides what can be done with results from the command line, and where they come out: bytes as they are, so that they
// can be piped on, or a file that is there only when it is whole.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

struct ResultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "result", abstract: "Read what runs returned, and store large results.",
    subcommands: [GetResult.self, PutResult.self])
}

struct GetResult: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print a result: the value itself, or where it is kept when that is elsewhere.")
  @Argument(help: "The run, by id or name; or a stored result, as martlet:result/ID.")
  var reference: String
  @Option(
    name: [.customShort("o"), .customLong("output")],
    help: "table, json, yaml or name; anything else is a file to write the value to.")
  var output: String = "table"
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      switch Format(argument: output) {
      case .document(let notation)?: try notation.print(try await metadata(connection))
      case .name?: Terminal.standard.line(try await metadata(connection).payload?.digest ?? "")
      case .table?:
        let isElsewhere = try await download(connection) { Terminal.standard.write(bytes: $0) }
        if let isElsewhere {
          Terminal.standard.line(isElsewhere)
        } else if Terminal.standard.isInteractive {
          Terminal.standard.line()
        }
      case nil:
        let file = try PartFile(output)
        let uri = try await download(connection) { try file.write($0) }
        if let uri {
          complain("martlet: the result is kept at \(uri): get it there")
          return .failed
        }
        try file.keep()
      }
      return nil
    }
  }

  private func metadata(_ connection: Connection) async throws -> GetResultResponse {
    var request = GetResultRequest()
    request.namespace = connection.namespace
    request.which =
      reference.hasPrefix(Self.scheme) ? .id(reference) : .runID(try await runID(connection))
    return try await connection.client.results.getResult(request)
  }

  private static let scheme = "martlet:result/"

  private func runID(_ connection: Connection) async throws -> String {
    try await connection.find(reference).id
  }

  /// Hands on the bytes and checks their digest; returns where the result is when that is elsewhere.
  private func download(
    _ connection: Connection, _ take: ([UInt8]) throws -> Void
  ) async throws -> String? {
    var request = DownloadResultRequest()
    request.namespace = connection.namespace
    request.which =
      reference.hasPrefix(Self.scheme) ? .id(reference) : .runID(try await runID(connection))
    let call = try await connection.client.results.downloadResult(request)
    var digest = SHA256()
    var expected = ""
    for try await response in call.responses {
      switch response.part {
      case .payload(let payload)?:
        if case .uri(let uri)? = payload.body { return uri }
        expected = payload.digest
      case .data(let bytes)?:
        digest.add(bytes)
        try take(bytes)
      case nil: break
      }
    }
    guard expected.isEmpty || digest.label == expected else {
      throw Status(.dataLoss, "the bytes have the digest \(digest.label), not \(expected)")
    }
    return nil
  }
}

// Decides how what runs wrote down is found and read: one artifact or the newest of its key, bare for scripts.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct ArtifactCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "artifact", abstract: "Read what runs wrote down for people.",
    subcommands: [ListArtifacts.self, GetArtifact.self, DeleteArtifact.self])
}

struct ListArtifacts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List artifacts, the newest of each key, or all.")
  @Option(name: .customLong("run"), help: "Only artifacts of this run: its id or its name.")
  var owner: String?
  @Option(help: "Only versions of this key.")
  var key: String = ""
  @Flag(help: "All versions of each key.")
  var all = false
  @Option(help: "At most this many.")
  var limit: Int = 50
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListArtifactsRequest()
      request.namespace = connection.namespace
      if let owner { request.runID = try await connection.find(owner).id }
      request.key = key
      request.latestOnly = !all && key.isEmpty
      var response = ListArtifactsResponse()
      repeat {
        request.pageSize = Int32(min(100, limit - response.artifacts.count))
        let page = try await connection.client.artifacts.listArtifacts(request)
        response.artifacts += page.artifacts
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && response.artifacts.count < limit
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for artifact in response.artifacts { Terminal.standard.line(artifact.id) }
      case .table:
        var table = Table("id", "key", "type", "updated", "description")
        for artifact in response.artifacts {
          table.append(
            .init(artifact.id, .dim), .init(artifact.key.isEmpty ? "-" : artifact.key, .bold),
            .init(artifact.kind), .init(artifact.updateTime.map(ago) ?? "-"),
            .init(artifact.description))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

/// An artifact named on the command line.
struct ArtifactReference: ParsableArguments {
  @Argument(help: "The artifact: its id, or a key for the newest of it.")
  var artifact: String

  /// Whether it has the form of an id.
  var isID: Bool {
    artifact.utf8.count == 36 && artifact.utf8.filter { $0 == UInt8(ascii: "-") }.count == 4
  }
}

struct GetArtifact: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Print an artifact: Markdown as it is, a table as columns, an address, a percentage.")
  @OptionGroup var reference: ArtifactReference
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = GetArtifactRequest()
      request.namespace = connection.namespace
      request.which = reference.isID ? .id(reference.artifact) : .key(reference.artifact)
      let response = try await connection.client.artifacts.getArtifact(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.artifact?.id ?? "")
      case .table: try show(response.artifact?.content)
      }
      return nil
    }
  }

  private func show(_ content: Artifact.Content?) throws {
    let terminal = Terminal.standard
    switch content {
    case .markdown(let text)?: terminal.write(text.hasSuffix("\n") ? text : text + "\n")
    case .table(let value)?:
      if let columns = DataTable(value) {
        terminal.write(columns.table.render(for: terminal))
      } else {
        try Notation.json.print(value)
      }
    case .link(let link)?:
      terminal.line(link.text.isEmpty ? link.uri : "\(link.text)  \(link.uri)")
    case .progress(let percent)?: terminal.line("\(percent)%")
    case .imageURI(let uri)?: terminal.line(uri)
    case .custom(let content)?: try Notation.json.print(content.data ?? .null)
    case nil: break
    }
  }
}

struct DeleteArtifact: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete one artifact; other versions of its key stay.")
  @Argument(help: "The id.")
  var id: String
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.artifacts.deleteArtifact(
        DeleteArtifactRequest(namespace: connection.namespace, id: id))
      return nil
    }
  }
}

extension Artifact {
  /// What kind of content it has.
  var kind: String {
    switch content {
    case .markdown?: "markdown"
    case .table?: "table"
    case .link?: "link"
    case .progress?: "progress"
    case .imageURI?: "image"
    case .custom(let content)?: content.type.isEmpty ? "-" : content.type
    case nil: "-"
    }
  }
}

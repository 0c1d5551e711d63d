// Decides what can be done with blocks from the command line, and how one is named there.

import ArgumentParser
import Martlet
import MartletProto

struct BlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block",
    abstract: "Keep settings with secrets in them that programs load by name.",
    discussion: """
      A block is of a type, which says what it holds and what of it is secret. The server keeps it encrypted.
        martlet block type ls
        martlet block create secret/api-key --secret-from-stdin value < key.txt
        martlet block get secret/api-key --secrets
      """,
    subcommands: [
      BlockTypeCommand.self, ListBlocks.self, GetBlock.self, CreateBlock.self, DeleteBlock.self,
    ])
}

/// A block named on the command line.
struct BlockReference: ParsableArguments {
  @Argument(help: "The block: TYPE/NAME, such as secret/api-key, or its id.")
  var block: String

  /// The slug of the type and the name; nil when it is an id.
  var parts: (type: String, name: String)? {
    guard let slash = block.firstIndex(of: "/") else { return nil }
    return (String(block[..<slash]), String(block[block.index(after: slash)...]))
  }

  func validate() throws {
    let isID =
      block.utf8.count == 36 && block.utf8.filter { $0 == UInt8(ascii: "-") }.count == 4
    guard isID || parts.map({ !$0.type.isEmpty && !$0.name.isEmpty }) ?? false else {
      throw ValidationError("\"\(block)\" names no block: give TYPE/NAME, or an id")
    }
  }
}

struct BlockTypeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "type", abstract: "See which types of blocks there are.",
    subcommands: [ListBlockTypes.self, DeleteBlockType.self])
}

struct ListBlockTypes: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List types of blocks by name.")
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListBlockTypesRequest()
      request.namespace = connection.namespace
      var response = ListBlockTypesResponse()
      repeat {
        let page = try await connection.client.blocks.listBlockTypes(request)
        response.blockTypes += page.blockTypes
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: for type in response.blockTypes { Terminal.standard.line(type.slug) }
      case .table:
        var table = Table("type", "name", "description")
        for type in response.blockTypes {
          let line = type.description.prefix { $0 != "\n" }
          table.append(.init(type.slug, .bold), .init(type.name), .init(String(line)))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct DeleteBlockType: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a type with all blocks of it.")
  @Argument(help: "The type, such as slack-webhook.")
  var type: String
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      _ = try await connection.client.blocks.deleteBlockType(
        DeleteBlockTypeRequest(namespace: connection.namespace, ref: type))
      return nil
    }
  }
}

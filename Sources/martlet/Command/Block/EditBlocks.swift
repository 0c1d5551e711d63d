// Decides how blocks are created and deleted; a secret may come from standard input, so that it stands on no command line.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletWire

struct CreateBlock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a block, or with --overwrite change it.")
  @OptionGroup var reference: BlockReference
  @Argument(help: "What it holds: FIELD=VALUE, where the value is JSON, or else text.")
  var fields: [String] = []
  @Option(help: "A field whose value is read from standard input, without the last end of line.")
  var secretFromStdin: String?
  @Flag(help: "Change a block that is there: fields that are not given stay as they are.")
  var overwrite = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard reference.parts != nil else {
      throw ValidationError("a new block is named TYPE/NAME, such as secret/api-key")
    }
    if let field = fields.first(where: { !$0.dropFirst().contains("=") }) {
      throw ValidationError("\"\(field)\" is no FIELD=VALUE")
    }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      guard let (type, name) = reference.parts else { return .failed }
      let blocks = connection.client.blocks
      var block = Block()
      block.name = name
      block.data = data()
      let made: Block?
      do {
        var schemas = ListBlockSchemasRequest()
        schemas.namespace = connection.namespace
        schemas.blockTypes = [type]
        schemas.pageSize = 1
        guard let schema = try await blocks.listBlockSchemas(schemas).blockSchemas.first else {
          complain("martlet: there is no block type \"\(type)\": see martlet block type ls")
          return .failed
        }
        block.blockSchemaID = schema.id
        made = try await blocks.createBlock(
          CreateBlockRequest(namespace: connection.namespace, block: block)
        ).block
      } catch let status as Status where status.code == .alreadyExists {
        guard overwrite else {
          complain(
            "martlet: block \"\(type)/\(name)\" is there already: change it with --overwrite")
          return .failed
        }
        let there = try await blocks.getBlock(
          GetBlockRequest(namespace: connection.namespace, blockType: type, name: name))
        block.id = there.block?.id ?? ""
        made = try await blocks.updateBlock(
          UpdateBlockRequest(namespace: connection.namespace, block: block, merge: true)
        ).block
      }
      switch format.output {
      case .document(let notation): try notation.print(CreateBlockResponse(block: made))
      case .name: Terminal.standard.line(made?.id ?? "")
      case .table: Terminal.standard.line("Saved block '\(type)/\(name)'.")
      }
      return nil
    }
  }

  private func data() -> [String: JSONValue] {
    var data: [String: JSONValue] = [:]
    for field in fields {
      let parts = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = String(parts[1])
      data[String(parts[0])] = (try? JSONValue(json: Array(value.utf8))) ?? .string(value)
    }
    if let secretFromStdin {
      var lines: [String] = []
      while let line = readLine() { lines.append(line) }
      data[secretFromStdin] = .string(lines.joined(separator: "\n"))
    }
    return data
  }
}

struct DeleteBlock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm", abstract: "Delete a block.")
  @OptionGroup var reference: BlockReference
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = DeleteBlockRequest()
      request.namespace = connection.namespace
      if let (type, name) = reference.parts {
        (request.blockType, request.name) = (type, name)
      } else {
        request.id = reference.block
      }
      _ = try await connection.client.blocks.deleteBlock(request)
      return nil
    }
  }
}

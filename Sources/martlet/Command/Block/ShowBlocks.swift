// Decides how blocks are listed and read: secrets are masked unless they are asked for.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct ListBlocks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List blocks by type and name.")
  @Option(help: "Only blocks of this type; several times for several.")
  var type: [String] = []
  @Flag(help: "Also those that programs made for themselves.")
  var all = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = ListBlocksRequest()
      request.namespace = connection.namespace
      request.filter = BlockFilter(blockTypes: type, includeAnonymous: all)
      request.order = .type
      var response = ListBlocksResponse()
      repeat {
        let page = try await connection.client.blocks.listBlocks(request)
        response.blocks += page.blocks
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name:
        for block in response.blocks {
          Terminal.standard.line("\(block.blockTypeSlug)/\(block.name)")
        }
      case .table:
        var table = Table("block", "updated", "id")
        for block in response.blocks {
          table.append(
            .init("\(block.blockTypeSlug)/\(block.name)", .bold),
            .init(block.updateTime.map(ago) ?? "-"), .init(block.id, .dim))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

struct GetBlock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show what a block holds.")
  @OptionGroup var reference: BlockReference
  @Flag(help: "Show secrets as they are.")
  var secrets = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = GetBlockRequest()
      request.namespace = connection.namespace
      if let (type, name) = reference.parts {
        (request.blockType, request.name) = (type, name)
      } else {
        request.id = reference.block
      }
      request.includeSecrets = secrets
      let response = try await connection.client.blocks.getBlock(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(response.block?.id ?? "")
      case .table:
        guard let block = response.block else { return nil }
        var table = Table("field", "value")
        for (field, value) in (block.data ?? [:]).sorted(by: { $0.key < $1.key }) {
          table.append(.init(field, .bold), .init(JSONValue?.some(value).plain))
        }
        for (field, id) in block.references.sorted(by: { $0.key < $1.key }) {
          table.append(.init(field, .bold), .init("block \(id)", .dim))
        }
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

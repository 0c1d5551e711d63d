// Decides how blocks find their types and schemas on a server that may know them by other ids: by slug, and by checksum.

import Martlet
import MartletCall
import MartletProto
import MartletWire

extension RecordImport {
  /// Makes a type that is not there. What is said of one that is there stays: programs say it anew.
  func settle(_ given: BlockType) async throws -> Outcome {
    var type = given
    type.namespace = ""
    let id: String
    do {
      let there = try await client.blocks.getBlockType(
        GetBlockTypeRequest(namespace: namespace, ref: type.slug))
      id = there.blockType?.id ?? ""
    } catch let status as Status where status.code == .notFound {
      let made = try await client.blocks.putBlockType(
        PutBlockTypeRequest(namespace: namespace, blockType: type, createOnly: true))
      id = made.blockType?.id ?? ""
    }
    types[type.id] = id
    return .there
  }

  /// Adds a schema, or finds the one of its checksum and version.
  func settle(_ given: BlockSchema) async throws -> Outcome {
    var schema = given
    schema.namespace = ""
    schema.blockTypeID = types[schema.blockTypeID] ?? schema.blockTypeID
    let put = try await client.blocks.putBlockSchema(
      PutBlockSchemaRequest(namespace: namespace, blockSchema: schema))
    schemas[schema.id] = put.blockSchema?.id ?? ""
    return .there
  }

  /// Makes a block with its secrets.
  func settle(_ given: Block) async throws -> Outcome {
    var block = given
    block.namespace = ""
    block.etag = ""
    block.blockSchemaID = schemas[block.blockSchemaID] ?? block.blockSchemaID
    return try await settle {
      _ = try await client.blocks.createBlock(
        CreateBlockRequest(namespace: namespace, block: block))
    } orReplace: {
      let there = try await client.blocks.getBlock(
        GetBlockRequest(
          namespace: namespace, blockType: block.blockTypeSlug, name: block.name))
      var change = block
      change.id = there.block?.id ?? block.id
      _ = try await client.blocks.updateBlock(
        UpdateBlockRequest(namespace: namespace, block: change))
    }
  }
}

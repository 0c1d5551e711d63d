// Decides how a block is shown as a block document of Prefect's: with its type, its schema, and the data of the blocks that it
// refers to in its own.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

/// Shows blocks; types and schemas are read once. For one task.
final class BlockReader {
  private let api: PrefectAPI
  private let context: CallContext
  private let withSecrets: Bool
  private var types: [String: MartletProto.BlockType] = [:]
  private var schemas: [String: MartletProto.BlockSchema] = [:]
  /// How deep blocks may stand in blocks; none stands within itself.
  private static let deepest = 50

  init(_ api: PrefectAPI, _ context: CallContext, withSecrets: Bool = false) {
    self.api = api
    self.context = context
    self.withSecrets = withSecrets
  }

  /// A block of Martlet's.
  func shown(_ block: MartletProto.Block, depth: Int = 0) async throws -> Shape.BlockDocument {
    guard let id = UUIDValue(text: block.id), let typeID = UUIDValue(text: block.blockTypeID),
      let schemaID = UUIDValue(text: block.blockSchemaID), depth < Self.deepest
    else { throw PrefectFailure(404, "Block document not found") }
    let type = try await type(block.blockTypeID)
    var shown = Shape.BlockDocument(id: id, blockSchemaID: schemaID, blockTypeID: typeID)
    shown.created = block.createTime.map(Instant.init)
    shown.updated = block.updateTime.map(Instant.init)
    shown.name = block.name
    shown.blockSchema = try Shape.BlockSchema(try await schema(block.blockSchemaID), of: type)
    shown.blockTypeName = type.name
    shown.blockType = try Shape.BlockType(type)
    shown.isAnonymous = block.anonymous
    var data = JSONMembers()
    if case .object(let members)? = block.data?.plain { data = members }
    var references: [String: JSON] = [:]
    for (field, target) in block.references.sorted(by: { $0.key < $1.key }) {
      let found = try await api.services.blocks.getBlock(
        GetBlockRequest(id: target, includeSecrets: withSecrets), context: context)
      guard let other = found.block else { continue }
      let child = try await self.shown(other, depth: depth + 1)
      data.set(JSONText(field), to: child.data ?? .null)
      references[field] = .object([
        (
          "block_document",
          .object([
            ("id", child.id.json), ("name", child.name?.json ?? .null),
            ("block_type", child.blockType?.json), ("is_anonymous", child.isAnonymous?.json),
            ("block_document_references", child.blockDocumentReferences?.json),
          ])
        )
      ])
    }
    shown.data = .object(data)
    shown.blockDocumentReferences = references
    return shown
  }

  private func type(_ id: String) async throws -> MartletProto.BlockType {
    if let type = types[id] { return type }
    let type = try await api.blockType(id, context)
    types[id] = type
    return type
  }

  private func schema(_ id: String) async throws -> MartletProto.BlockSchema {
    if let schema = schemas[id] { return schema }
    let schema = try await api.schema(id, context)
    schemas[id] = schema
    return schema
  }
}

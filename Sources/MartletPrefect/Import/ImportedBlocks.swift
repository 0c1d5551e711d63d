// Decides what block types, schemas and documents of Prefect's database become: whole schemas, which Prefect keeps in parts,
// and documents with their secrets.

internal import MartletModel
package import MartletProto
internal import MartletWire

extension PrefectRow {
  /// A row of `block_type`.
  package var blockType: MartletProto.BlockType {
    var type = MartletProto.BlockType()
    type.id = text("id")
    type.slug = text("slug")
    type.name = text("name")
    type.description = text("description")
    type.logoURL = text("logo_url")
    type.documentationURL = text("documentation_url")
    type.codeExample = text("code_example")
    type.protected = isTrue("is_protected")
    return type
  }

  /// A row of `block_document`.
  ///
  /// - Parameter decrypt: opens what is encrypted.
  package func block(_ decrypt: (String) throws -> [UInt8]) throws -> MartletProto.Block {
    var block = MartletProto.Block()
    block.id = text("id")
    block.name = text("name")
    block.blockSchemaID = text("block_schema_id")
    block.blockTypeSlug = text("block_type_slug")
    block.anonymous = isTrue("is_anonymous")
    block.references = labels("references")
    var data = self["data"] ?? .object([])
    if case .string(let token) = data {
      data = try PrefectRow(String(decoding: decrypt(token.text), as: UTF8.self)).json
    }
    guard case .object(let members) = data else {
      throw RowFault(description: "the data of the block is no object")
    }
    block.data = JSONObject(members)
    return block
  }
}

/// The schemas of blocks, each with those that stand in it.
package struct BlockSchemaRows {
  private var rows: [String: PrefectRow] = [:]
  /// How deep schemas may stand in each other.
  private static let deepest = 50

  /// Takes all rows of `block_schema`.
  package init(_ rows: [PrefectRow]) {
    for row in rows { self.rows[row.text("id")] = row }
  }

  /// One schema as Prefect's client sent it.
  package func schema(_ row: PrefectRow) -> MartletProto.BlockSchema {
    var schema = MartletProto.BlockSchema()
    schema.id = row.text("id")
    schema.blockTypeID = row.text("block_type_id")
    schema.checksum = row.text("checksum")
    schema.version = row.text("version")
    schema.fields = JSON.object(fields(row, depth: 0)).description
    schema.capabilities = row.texts("capabilities")
    return schema
  }

  /// The fields with `block_schema_references`, and the definitions of the schemas that are referred to.
  private func fields(_ row: PrefectRow, depth: Int) -> JSONMembers {
    var fields = row["fields"]?.members ?? JSONMembers()
    var definitions = fields["definitions"]?.members ?? JSONMembers()
    var references: [(name: String, targets: [JSON])] = []
    if depth < Self.deepest, case .array(let listed)? = row["references"] {
      for reference in listed.map({ PrefectRow($0) }) {
        guard let target = rows[reference.text("id")] else { continue }
        let entry = JSON.object([
          ("block_type_slug", .text(target.text("block_type_slug"))),
          ("block_schema_checksum", .text(target.text("checksum"))),
        ])
        let name = reference.text("name")
        if let place = references.firstIndex(where: { $0.name == name }) {
          references[place].targets.append(entry)
        } else {
          references.append((name, [entry]))
        }
        define(target, in: &definitions, depth: depth + 1)
      }
    }
    fields.set(
      "block_schema_references",
      to: .object(
        references.map { ($0.name, $0.targets.count == 1 ? $0.targets[0] : .array($0.targets)) })
    )
    if definitions.count > 0 { fields.set("definitions", to: .object(definitions)) }
    return fields
  }

  /// Puts a schema and those within it side by side, by their titles.
  private func define(_ row: PrefectRow, in definitions: inout JSONMembers, depth: Int) {
    let whole = fields(row, depth: depth)
    guard let title = whole["title"]?.text else { return }
    definitions.set(
      JSONText(title),
      to: .object(whole.pairs.filter { $0.name != "definitions" }.map { ($0.name, $0.value) }))
    for (name, value) in whole["definitions"]?.members?.pairs ?? [] {
      definitions.set(JSONText(name), to: value)
    }
  }
}

// Decides how blocks, their types and their schemas are read from rows.

import MartletModel
import MartletPostgres

extension BlockType {
  /// Reads a row with the columns of `list_block_types`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    slug = try row.get(2)
    name = try row.get(3)
    description = try row.get(4)
    logoURL = try row.get(5)
    documentationURL = try row.get(6)
    codeExample = try row.get(7)
    isProtected = try row.get(8)
    createTime = try row.get(9)
    updateTime = try row.get(10)
  }
}

extension BlockSchema {
  /// Reads a row with the columns of `list_block_schemas`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    typeID = try row.get(2)
    typeSlug = try row.get(3)
    checksum = try row.get(4)
    version = try row.get(5)
    fields = try row.get(6)
    capabilities = try row.array(7)
    createTime = try row.get(8)
    isProtected = try row.get(9)
  }
}

extension Block {
  /// Reads a row with the columns of `list_blocks`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    name = try row.get(2)
    typeID = try row.get(3)
    typeSlug = try row.get(4)
    schemaID = try row.get(5)
    isAnonymous = try row.get(6)
    data = SealedData(keyID: try row.get(7), bytes: try row.get(8))
    createdBy = try row.get(9)
    createTime = try row.get(10)
    updateTime = try row.get(11)
    etag = try row.get(12)
    fields = try row.get(13)
    let names: [String] = try row.array(14)
    let targets: [ObjectID] = try row.array(15)
    references = Dictionary(zip(names, targets)) { $1 }
  }
}

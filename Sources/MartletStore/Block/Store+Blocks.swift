// Decides how blocks are created, changed, found and deleted: what they hold with what they refer to in one transaction,
// and no block within itself.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates a block. Its type, the fields of its schema, the times and the etag are passed over.
  /// - Throws: `alreadyExists` when the name or the id is taken; `notFound` when its schema, or a block that it refers to,
  ///   is not there; `invalid`.
  public func createBlock(
    _ block: Block, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Block {
    do throws(InvalidValue) { try BlockRules.check(name: block.name, "block.name") } catch {
      throw .invalid(field: error.field, why: error.problem)
    }
    let made = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        let made =
          try pipeline.query(SQL.insertBlock) {
            $0.bind(block.id)
            $0.bind(block.namespace)
            $0.bind(block.schemaID)
            $0.bind(block.name)
            $0.bind(block.isAnonymous)
            $0.bind(block.data.keyID)
            $0.bind(block.data.bytes)
            $0.bind(block.createdBy)
          }.count > 0
        if made { try Self.refer(block.id, to: block.references, in: block.namespace, pipeline) }
        return made
      }
    }
    if made { return try await self.block(block.id, in: block.namespace, deadline: deadline) }
    var schema = BlockSchemaQuery(in: block.namespace)
    schema.ids = [block.schemaID]
    guard try await !listBlockSchemas(schema, deadline: deadline).isEmpty else {
      throw .notFound(resource: "block schema", name: "\(block.schemaID)")
    }
    throw .alreadyExists(resource: "block", name: block.name)
  }

  /// Changes what a block holds and refers to.
  /// - Parameter etag: What it must have.
  /// - Throws: `notFound`, `etagMismatch`, `invalid`.
  public func updateBlock(
    _ block: Block, etag: Int64, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Block {
    var schema = BlockSchemaQuery(in: block.namespace)
    schema.ids = [block.schemaID]
    guard let found = try await listBlockSchemas(schema, deadline: deadline).first else {
      throw .notFound(resource: "block schema", name: "\(block.schemaID)")
    }
    let wasThere = try await write(deadline) { connection in
      try connection.transaction { pipeline in
        let locked = try pipeline.query(SQL.lockBlock) {
          $0.bind(block.namespace)
          $0.bind(block.id)
        }.first { row throws(PostgresError) in try LockedBlock(row) }
        guard let locked else { return false }
        guard locked.etag == etag else { throw StoreError.etagMismatch(current: locked.etag) }
        guard locked.type == found.typeID else {
          throw StoreError.invalid(
            field: "block.block_schema_id", why: "is a schema of another block type")
        }
        try pipeline.execute(SQL.updateBlock) {
          $0.bind(block.id)
          $0.bind(block.schemaID)
          $0.bind(block.data.keyID)
          $0.bind(block.data.bytes)
        }
        try pipeline.execute(SQL.clearBlockReferences) { $0.bind(block.id) }
        try Self.refer(block.id, to: block.references, in: block.namespace, pipeline)
        return true
      }
    }
    if !wasThere { throw .notFound(resource: "block", name: "\(block.id)") }
    return try await self.block(block.id, in: block.namespace, deadline: deadline)
  }

  /// Gives a block its references; one that is not there, or that leads back to it, is refused.
  private static func refer(
    _ block: ObjectID, to references: [String: ObjectID], in namespace: Namespace,
    _ pipeline: borrowing Pipeline
  ) throws {
    guard !references.isEmpty else { return }
    let sorted = references.sorted { $0.key < $1.key }
    try pipeline.execute(SQL.lockBlockReferences) { $0.bind(namespace) }
    let made = try pipeline.query(SQL.insertBlockReferences) {
      $0.bind(block)
      $0.bindArray(sorted.map(\.key))
      $0.bindArray(sorted.map(\.value))
      $0.bind(namespace)
    }.map { row throws(PostgresError) in try row.get(0, as: String.self) }
    if let missing = sorted.first(where: { !made.contains($0.key) }) {
      throw StoreError.notFound(resource: "block", name: "\(missing.value)")
    }
    let isCycle = try pipeline.query(SQL.findBlockCycle) { $0.bind(block) }
      .first { row throws(PostgresError) in try row.get(0, as: Bool.self) }
    if isCycle == true {
      throw StoreError.invalid(field: "block.references", why: "lead back to the block itself")
    }
  }

  /// Reads a block.
  /// - Throws: `notFound`.
  public func block(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Block {
    var query = BlockQuery(in: namespace)
    query.ids = [id]
    query.includesAnonymous = true
    guard let block = try await listBlocks(query, deadline: deadline).first else {
      throw .notFound(resource: "block", name: "\(id)")
    }
    return block
  }

  /// Reads a block by its type, an id or a slug, and its name.
  /// - Throws: `notFound`.
  public func block(
    _ name: String, of type: String, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Block {
    var query = BlockQuery(in: namespace)
    query.names = [name]
    query.types = [ObjectID(type)?.description ?? type]
    query.includesAnonymous = true
    guard let block = try await listBlocks(query, deadline: deadline).first else {
      throw .notFound(resource: "block", name: "\(type)/\(name)")
    }
    return block
  }

  /// Lists blocks.
  public func listBlocks(
    _ query: BlockQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [Block] {
    try await read(deadline) { connection in
      try connection.query(SQL.listBlocks) {
        query.bind(to: &$0)
        $0.bind(query.order.rawValue)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try Block(row) }
    }
  }

  /// Counts the blocks that a question takes, whatever its page.
  public func countBlocks(
    _ query: BlockQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int64 {
    try await read(deadline) { connection in
      try connection.query(SQL.countBlocks) { query.bind(to: &$0) }
        .first { row throws(PostgresError) in try row.get(0, as: Int64.self) } ?? 0
    }
  }

  /// Whether there is any block, in whatever namespace: then there is a key that they are sealed with.
  public func hasBlocks(deadline: ContinuousClock.Instant? = nil) async throws(StoreError) -> Bool {
    try await read(deadline) { connection in
      try connection.query(SQL.findAnyBlock)
        .first { row throws(PostgresError) in try row.get(0, as: Bool.self) } ?? false
    }
  }

  /// Deletes a block.
  /// - Throws: `notFound`.
  public func deleteBlock(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteBlock) {
        $0.bind(namespace)
        $0.bind(id)
      }.count > 0
    }
    if !isDeleted { throw .notFound(resource: "block", name: "\(id)") }
  }
}

/// A block that is changed.
private struct LockedBlock {
  let etag: Int64
  let type: ObjectID

  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    etag = try row.get(0)
    type = try row.get(1)
  }
}

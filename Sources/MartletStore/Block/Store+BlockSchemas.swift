// Decides how schemas of blocks are put, found and deleted: once for a checksum and a version.

public import MartletModel
import MartletPostgres

extension Store {
  /// Adds a schema to a type. The slug of the type and the time are passed over.
  /// - Throws: `notFound` when the type is not there; `invalid`.
  /// - Returns: The schema of that checksum and version, and whether it was there before.
  public func putBlockSchema(
    _ schema: BlockSchema, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> (schema: BlockSchema, existed: Bool) {
    if schema.checksum.isEmpty {
      throw .invalid(field: "block_schema.checksum", why: "is required")
    }
    try checkText(schema.checksum, field: "block_schema.checksum", limit: BlockRules.longestName)
    try checkText(schema.version, field: "block_schema.version", limit: BlockRules.longestName)
    try checkText(schema.fields, field: "block_schema.fields", limit: BlockRules.largestFields)
    for capability in schema.capabilities {
      try checkText(capability, field: "block_schema.capabilities", limit: BlockRules.longestName)
    }
    let made = try await write(deadline) { connection in
      try connection.query(SQL.insertBlockSchema) {
        $0.bind(schema.id)
        $0.bind(schema.namespace)
        $0.bind(schema.typeID)
        $0.bind(schema.checksum)
        $0.bind(schema.version)
        $0.bind(schema.fields)
        $0.bindArray(schema.capabilities)
      }.count > 0
    }
    var query = BlockSchemaQuery(in: schema.namespace)
    query.checksum = schema.checksum
    query.versions = [schema.version]
    guard let there = try await listBlockSchemas(query, deadline: deadline).first else {
      throw .notFound(resource: "block type", name: "\(schema.typeID)")
    }
    return (there, !made)
  }

  /// Lists schemas, the newest first.
  public func listBlockSchemas(
    _ query: BlockSchemaQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [BlockSchema] {
    try await read(deadline) { connection in
      try connection.query(SQL.listBlockSchemas) {
        $0.bind(query.namespace)
        $0.bindArray(query.ids)
        $0.bindArray(query.types)
        $0.bindArray(query.capabilities)
        $0.bindArray(query.versions)
        $0.bind(query.checksum)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try BlockSchema(row) }
    }
  }

  /// Deletes a schema with its blocks.
  /// - Throws: `notFound`; `failedPrecondition` for one of a type that may not go.
  public func deleteBlockSchema(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteBlockSchema) {
        $0.bind(namespace)
        $0.bind(id)
      }.count > 0
    }
    if isDeleted { return }
    var query = BlockSchemaQuery(in: namespace)
    query.ids = [id]
    if let schema = try await listBlockSchemas(query, deadline: deadline).first, schema.isProtected
    {
      throw .protectedBlockType(schema.typeSlug)
    }
    throw .notFound(resource: "block schema", name: "\(id)")
  }

  /// What blocks can do, by all schemas.
  public func blockCapabilities(
    in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [String] {
    try await read(deadline) { connection in
      try connection.query(SQL.listBlockCapabilities) { $0.bind(namespace) }
        .map { row throws(PostgresError) in try row.get(0, as: String.self) }
    }
  }
}

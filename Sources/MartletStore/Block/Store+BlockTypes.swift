// Decides how types of blocks are put, found and deleted.

public import MartletModel
import MartletPostgres

extension Store {
  /// Creates a type, or says something else of the one with its slug. The times and, for one that is there, the id are
  /// passed over.
  /// - Throws: `alreadyExists` when it is to be created only and is there, or when its name is taken; `invalid`.
  public func putBlockType(
    _ type: BlockType, createOnly: Bool = false, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> BlockType {
    do throws(InvalidValue) {
      try BlockRules.check(slug: type.slug, "block_type.slug")
      try BlockRules.check(name: type.name, "block_type.name")
    } catch { throw .invalid(field: error.field, why: error.problem) }
    for (field, text) in [
      ("description", type.description), ("logo_url", type.logoURL),
      ("documentation_url", type.documentationURL), ("code_example", type.codeExample),
    ] { try checkText(text, field: "block_type.\(field)", limit: BlockRules.longestText) }
    // Somebody else may delete it between the two statements.
    for _ in 0..<3 {
      let made = try await write(deadline) { connection in
        try connection.query(SQL.insertBlockType) {
          $0.bind(type.id)
          $0.bind(type.namespace)
          $0.bind(type.slug)
          Self.bind(type, to: &$0)
        }.first { row throws(PostgresError) in try BlockType(row) }
      }
      if let made { return made }
      if createOnly { break }
      let changed: BlockType?
      do throws(StoreError) {
        changed = try await read(deadline) { connection in
          try connection.query(SQL.updateBlockType) {
            $0.bind(type.namespace)
            $0.bind(type.slug)
            Self.bind(type, to: &$0)
          }.first { row throws(PostgresError) in try BlockType(row) }
        }
      } catch {
        // The name is another type's.
        if case .invalid = error { break }
        throw error
      }
      if let changed { return changed }
    }
    throw .alreadyExists(resource: "block type", name: type.name)
  }

  private static func bind(_ type: BlockType, to parameters: inout ParameterBuffer) {
    parameters.bind(type.name)
    parameters.bind(type.description)
    parameters.bind(type.logoURL)
    parameters.bind(type.documentationURL)
    parameters.bind(type.codeExample)
    parameters.bind(type.isProtected)
  }

  /// Reads a type by its id or slug.
  /// - Throws: `notFound`.
  public func blockType(
    _ reference: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> BlockType {
    var query = BlockTypeQuery(in: namespace)
    query.references = [ObjectID(reference)?.description ?? reference]
    guard let type = try await listBlockTypes(query, deadline: deadline).first else {
      throw .notFound(resource: "block type", name: reference)
    }
    return type
  }

  /// Lists types by name.
  public func listBlockTypes(
    _ query: BlockTypeQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [BlockType] {
    try await read(deadline) { connection in
      try connection.query(SQL.listBlockTypes) {
        $0.bind(query.namespace)
        $0.bindArray(query.references)
        $0.bind(query.nameContains)
        $0.bindArray(query.capabilities)
        $0.bind(Int64(query.skip))
        $0.bind(Int64(query.limit))
      }.map { row throws(PostgresError) in try BlockType(row) }
    }
  }

  /// Deletes a type with its schemas and blocks.
  /// - Throws: `notFound`; `failedPrecondition` for one that may not go.
  public func deleteBlockType(
    _ reference: String, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    let type = try await blockType(reference, in: namespace, deadline: deadline)
    let isDeleted = try await write(deadline) { connection in
      try connection.query(SQL.deleteBlockType) {
        $0.bind(namespace)
        $0.bind(type.id)
      }.count > 0
    }
    if !isDeleted {
      throw type.isProtected
        ? .protectedBlockType(type.slug) : .notFound(resource: "block type", name: reference)
    }
  }
}

extension StoreError {
  /// A type that may not go.
  static func protectedBlockType(_ slug: String) -> StoreError {
    .failedPrecondition(
      reason: "BLOCK_TYPE_PROTECTED", subject: "block type:\(slug)",
      message: "the block type \(slug) is protected: it and its schemas stay")
  }
}

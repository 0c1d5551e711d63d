// Decides how what a block holds is sealed and opened: bound to the block's id, so that what one holds cannot be put into
// another; and how much of it is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletSeal
internal import MartletStore
internal import MartletWire

extension BlockHandlers {
  /// Seals data for a block. The first key is made with the first block; a server that comes without the key of blocks that
  /// are there makes no other one.
  ///
  /// - Throws: `Status` when there is no key to seal with.
  func seal(_ data: JSON, for id: ObjectID, _ context: CallContext) async throws -> SealedData {
    do {
      if try !keys.isThere, try await backend.store.hasBlocks(deadline: context.deadline) {
        throw Status.failedPrecondition(
          reason: "BLOCK_KEY_MISSING", subject: "block key file",
          "there are blocks already, and \(keys.path), which their key should be in, is not here: give"
            + " all servers of a database the same --block-key-file")
      }
      let key = try keys.current()
      return SealedData(
        keyID: key.id, bytes: try key.seal(Array(data.description.utf8), for: Self.purpose(id)))
    } catch { throw Self.status(error) }
  }

  /// Opens what a block holds.
  ///
  /// - Throws: `Status` when its key is not here, or when it was changed in the database.
  func open(_ block: MartletStore.Block) throws -> JSON {
    do {
      guard let key = try keys.key(block.data.keyID) else {
        throw Status.failedPrecondition(
          reason: "BLOCK_KEY_MISSING", subject: "block:\(block.id)",
          "the block is sealed with the key \(block.data.keyID), which is not in \(keys.path): give all"
            + " servers of a database the same --block-key-file")
      }
      let data = try key.open(block.data.bytes, for: Self.purpose(block.id))
      return try JSON(parsing: String(decoding: data, as: UTF8.self))
    } catch { throw Self.status(error) }
  }

  /// A block as it is shown.
  func shown(
    _ block: MartletStore.Block, withSecrets: Bool = false
  ) throws -> MartletProto.Block {
    var data = try open(block)
    if !withSecrets { data = try BlockSecrets(block).masked(data) }
    var shown = MartletProto.Block()
    shown.id = block.id.description
    shown.namespace = block.namespace.name
    shown.name = block.name
    shown.blockTypeID = block.typeID.description
    shown.blockTypeSlug = block.typeSlug
    shown.blockSchemaID = block.schemaID.description
    shown.data = JSONObject(stored: data.description)
    shown.references = block.references.mapValues(\.description)
    shown.anonymous = block.isAnonymous
    shown.createTime = block.createTime.timestamp
    shown.updateTime = block.updateTime.timestamp
    shown.etag = "\(block.etag)"
    shown.createdBy = block.createdBy
    shown.keyID = block.data.keyID
    return shown
  }

  /// What a request says that a block is to hold.
  func data(_ block: MartletProto.Block) throws(InvalidValue) -> JSON {
    guard let data = block.data else { return .object(JSONMembers()) }
    let text = try data.jsonText("block.data")
    guard text.utf8.count <= BlockRules.largestData else {
      throw InvalidValue(
        "block.data", "is \(text.utf8.count) bytes: at most \(BlockRules.largestData)")
    }
    do { return try JSON(parsing: text) } catch {
      throw InvalidValue("block.data", "is no JSON: \(error)")
    }
  }

  /// What a request says that a block refers to.
  func references(_ block: MartletProto.Block) throws(InvalidValue) -> [String: ObjectID] {
    guard block.references.count <= BlockRules.references else {
      throw InvalidValue("block.references", "has more than \(BlockRules.references)")
    }
    var references: [String: ObjectID] = [:]
    for (field, id) in block.references {
      if field.isEmpty { throw InvalidValue("block.references", "has a field without a name") }
      references[field] = try ObjectID(required: id, "block.references.\(field)")
    }
    return references
  }

  private static func purpose(_ id: ObjectID) -> String { "martlet block \(id)" }

  private static func status(_ error: any Error) -> any Error {
    switch error {
    case let error as KeyFileError:
      Status.failedPrecondition(
        reason: "BLOCK_KEY_UNUSABLE", subject: "block key file", error.description)
    case let error as SealError: Status(.dataLoss, error.description)
    default: error
    }
  }
}

extension BlockSecrets {
  /// The secret places of a block, by its schema.
  init(_ block: MartletStore.Block) throws {
    self.init(fields: try JSON(parsing: block.fields))
  }
}

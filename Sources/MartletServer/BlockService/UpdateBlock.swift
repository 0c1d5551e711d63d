// Decides how a block is changed: a secret that comes back masked stays as it is.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func updateBlock(_ request: UpdateBlockRequest, context: CallContext) async throws
    -> UpdateBlockResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let block = request.block else { throw InvalidValue("block", "is required") }
      let id = try ObjectID(required: block.id, "block.id")
      let asked = try etag(block.etag, "block.etag")
      let new = try data(block)
      let references = try references(block)
      var attempts = 0
      while true {
        var there = try await backend.store.block(id, in: namespace, deadline: context.deadline)
        if let asked, asked != there.etag { throw StoreError.etagMismatch(current: there.etag) }
        let old = try open(there)
        var data = try BlockSecrets(there).restored(new, from: old)
        if request.merge, case .object(var members) = old, case .object(let changed) = data {
          for name in changed.names { members.set(name, to: changed[name] ?? .null) }
          data = .object(members)
        }
        if request.merge {
          // A field that gets a value of its own refers to nothing any more.
          there.references = there.references.filter { new[$0.key] == nil }
            .merging(references) { $1 }
        } else {
          there.references = references
        }
        if let schema = try ObjectID(optional: block.blockSchemaID, "block.block_schema_id") {
          there.schemaID = schema
        }
        there.data = try await seal(data, for: id, context)
        do {
          return UpdateBlockResponse(
            block: try shown(
              try await backend.store.updateBlock(
                there, etag: there.etag, deadline: context.deadline)))
        } catch let error as StoreError {
          // Somebody else changed it between the look and the change.
          guard case .etagMismatch = error, asked == nil, attempts < 10 else { throw error }
          attempts += 1
        }
      }
    }
  }
}

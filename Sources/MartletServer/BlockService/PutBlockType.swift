// Decides how a type of blocks is created or described anew.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension BlockHandlers {
  func putBlockType(_ request: PutBlockTypeRequest, context: CallContext) async throws
    -> PutBlockTypeResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let type = request.blockType else { throw InvalidValue("block_type", "is required") }
      return PutBlockTypeResponse(
        blockType: MartletProto.BlockType(
          try await backend.store.putBlockType(
            MartletStore.BlockType(
              id: try ObjectID(optional: type.id, "block_type.id") ?? .timeOrdered(),
              namespace: namespace, slug: type.slug, name: type.name,
              description: type.description, logoURL: type.logoURL,
              documentationURL: type.documentationURL, codeExample: type.codeExample,
              isProtected: type.protected),
            createOnly: request.createOnly, deadline: context.deadline)))
    }
  }
}

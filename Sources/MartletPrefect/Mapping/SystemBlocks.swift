// Decides when the block types that Prefect comes with are there: when a namespace is first asked for types or schemas.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import Synchronization

/// The block types and schemas that Prefect's client expects of any server.
final class SystemBlocks: Sendable {
  /// The namespaces that have them.
  private let namespaces = Mutex<Set<String>>([])

  /// Puts them into the caller's namespace, unless they are there.
  ///
  /// - Parameter again: Those that are there are described anew.
  func install(
    with blocks: any BlockService, again: Bool = false, _ context: CallContext
  ) async throws {
    let namespace = context.principal.namespace
    if !again, namespaces.withLock({ $0.contains(namespace) }) { return }
    guard case .array(let listed) = try JSON(parsing: Self.document) else { return }
    for block in listed { try await install(block, with: blocks, again, context) }
    namespaces.withLock { _ = $0.insert(namespace) }
  }

  private func install(
    _ block: JSON, with blocks: any BlockService, _ again: Bool, _ context: CallContext
  ) async throws {
    func text(_ name: String) -> String {
      if case .string(let text)? = block[name] { text.text } else { "" }
    }
    if !again {
      do {
        _ = try await blocks.getBlockSchema(
          GetBlockSchemaRequest(checksum: text("checksum"), version: text("version")),
          context: context)
        return
      } catch let status as Status where status.code == .notFound {}
    }
    var type = MartletProto.BlockType()
    type.slug = text("slug")
    type.name = text("name")
    type.description = text("description")
    type.logoURL = text("logo_url")
    type.documentationURL = text("documentation_url")
    type.codeExample = text("code_example")
    type.protected = block["is_protected"] == .bool(true)
    let put = try await blocks.putBlockType(
      PutBlockTypeRequest(blockType: type), context: context)
    var schema = MartletProto.BlockSchema()
    schema.blockTypeID = put.blockType?.id ?? ""
    schema.checksum = text("checksum")
    schema.version = text("version")
    schema.fields = (block["fields"] ?? .null).description
    schema.capabilities = try [String](block["capabilities"] ?? .null, at: [])
    _ = try await blocks.putBlockSchema(
      PutBlockSchemaRequest(blockSchema: schema), context: context)
  }
}

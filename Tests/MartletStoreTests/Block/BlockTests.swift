// Decides that blocks are once under a name, changed by whoever knows their etag, and never within themselves.

import MartletModel
import MartletStore
import Testing

@Suite struct BlockTests {
  private func type(_ store: Store, _ slug: String, protected: Bool = false) async throws
    -> BlockType
  {
    try await store.putBlockType(
      BlockType(
        id: .random(), namespace: .standard, slug: slug, name: "Type \(slug)", description: "",
        logoURL: "", documentationURL: "", codeExample: "", isProtected: protected))
  }

  private func schema(
    _ store: Store, of type: BlockType, _ checksum: String, version: String = "",
    capabilities: [String] = []
  ) async throws -> BlockSchema {
    try await store.putBlockSchema(
      BlockSchema(
        id: .random(), namespace: .standard, typeID: type.id, checksum: checksum, version: version,
        fields: #"{"secret_fields":["k"]}"#, capabilities: capabilities)
    ).schema
  }

  private func new(
    _ name: String, of schema: BlockSchema, anonymous: Bool = false,
    references: [String: ObjectID] = [:]
  ) -> Block {
    Block(
      id: .random(), namespace: .standard, name: name, schemaID: schema.id, isAnonymous: anonymous,
      data: SealedData(keyID: "k1", bytes: [1, 2, 3]), references: references, createdBy: "t")
  }

  @Test func typesAndSchemasArePutOnce() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let first = try await type(store, "a")
      var changed = first
      changed.description = "more"
      #expect(try await store.putBlockType(changed).description == "more")
      #expect(try await store.blockType(first.id.description, in: .standard).id == first.id)
      await #expect(throws: StoreError.alreadyExists(resource: "block type", name: "Type a")) {
        _ = try await store.putBlockType(first, createOnly: true)
      }
      var namesake = try await type(store, "b")
      namesake.name = "Type a"
      await #expect(throws: StoreError.alreadyExists(resource: "block type", name: "Type a")) {
        _ = try await store.putBlockType(namesake)
      }
      let made = try await schema(store, of: first, "c1", version: "1", capabilities: ["x", "y"])
      let again = try await store.putBlockSchema(
        BlockSchema(
          id: .random(), namespace: .standard, typeID: first.id, checksum: "c1", version: "1",
          fields: "{}", capabilities: []))
      #expect(again.existed && again.schema == made)
      _ = try await schema(store, of: first, "c1", version: "2")
      var query = BlockSchemaQuery(in: .standard)
      query.checksum = "c1"
      #expect(try await store.listBlockSchemas(query).map(\.version) == ["2", "1"])
      query.capabilities = ["y"]
      #expect(try await store.listBlockSchemas(query).map(\.version) == ["1"])
      #expect(try await store.blockCapabilities(in: .standard) == ["x", "y"])
      #expect(try await store.blockCapabilities(in: Namespace("other")) == [])
    }
  }

  @Test func whatIsProtectedStays() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let kept = try await type(store, "kept", protected: true)
      let held = try await schema(store, of: kept, "c")
      // Who describes it anew does not take the protection away.
      #expect(try await type(store, "kept").isProtected)
      for work in [
        { try await store.deleteBlockType("kept", in: .standard) },
        { try await store.deleteBlockSchema(held.id, in: .standard) },
      ] as [@Sendable () async throws -> Void] {
        do {
          try await work()
          Issue.record("it is gone")
        } catch StoreError.failedPrecondition(let reason, _, _) {
          #expect(reason == "BLOCK_TYPE_PROTECTED")
        }
      }
      let free = try await type(store, "free")
      let block = try await store.createBlock(new("b", of: try await schema(store, of: free, "d")))
      try await store.deleteBlockType("free", in: .standard)
      await #expect(throws: StoreError.notFound(resource: "block", name: "\(block.id)")) {
        _ = try await store.block(block.id, in: .standard)
      }
    }
  }

  @Test func blocksAreChangedByWhoKnowsTheEtag() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let schema = try await schema(store, of: try await type(store, "a"), "c")
      let other = try await self.schema(store, of: try await type(store, "b"), "d")
      var made = try await store.createBlock(new("one", of: schema))
      #expect(
        made.typeSlug == "a" && made.data.bytes == [1, 2, 3]
          && made.fields.contains("secret_fields"))
      await #expect(throws: StoreError.alreadyExists(resource: "block", name: "one")) {
        _ = try await store.createBlock(new("one", of: schema))
      }
      // The same name for another type is another block.
      let namesake = try await store.createBlock(new("one", of: other))
      #expect(namesake.typeSlug == "b")
      let etag = made.etag
      made.data = SealedData(keyID: "k2", bytes: [])
      let changed = try await store.updateBlock(made, etag: etag)
      #expect(changed.data.keyID == "k2" && changed.etag != etag)
      await #expect(throws: StoreError.etagMismatch(current: changed.etag)) {
        _ = try await store.updateBlock(made, etag: etag)
      }
      made.schemaID = other.id
      await #expect(throws: StoreError.self) {
        _ = try await store.updateBlock(made, etag: changed.etag)
      }
      #expect(try await store.block("one", of: "a", in: .standard) == changed)
      await #expect(throws: StoreError.notFound(resource: "block", name: "a/one")) {
        _ = try await store.block("one", of: "a", in: Namespace("other"))
      }
    }
  }

  @Test func noBlockIsWithinItself() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let schema = try await schema(store, of: try await type(store, "a"), "c")
      var inner = try await store.createBlock(new("inner", of: schema))
      let middle = try await store.createBlock(
        new("middle", of: schema, references: ["in": inner.id]))
      let outer = try await store.createBlock(
        new("outer", of: schema, references: ["mid": middle.id]))
      #expect(outer.references == ["mid": middle.id])
      for target in [inner.id, outer.id] {
        var changed = inner
        changed.references = ["back": target]
        await #expect(
          throws: StoreError.invalid(
            field: "block.references", why: "lead back to the block itself")
        ) {
          _ = try await store.updateBlock(changed, etag: inner.etag)
        }
      }
      let stranger = ObjectID.random()
      inner.references = ["x": stranger]
      await #expect(throws: StoreError.notFound(resource: "block", name: "\(stranger)")) {
        _ = try await store.updateBlock(inner, etag: inner.etag)
      }
      // Nothing of a change that was refused is there.
      #expect(try await store.block(inner.id, in: .standard).references.isEmpty)
      try await store.deleteBlock(middle.id, in: .standard)
      #expect(try await store.block(outer.id, in: .standard).references.isEmpty)
    }
  }

  @Test func listsGoByFilterAndOrder() async throws {
    try await StoreFixture.with { fixture in
      let store = fixture.store
      let able = try await schema(store, of: try await type(store, "z"), "c", capabilities: ["run"])
      let plain = try await schema(store, of: try await type(store, "a"), "d")
      for (name, schema, anonymous) in [
        ("b", able, false), ("a", plain, false), ("c", able, false), ("x", plain, true),
      ] {
        _ = try await store.createBlock(new(name, of: schema, anonymous: anonymous))
      }
      func names(_ edit: (inout BlockQuery) -> Void) async throws -> [String] {
        var query = BlockQuery(in: .standard)
        edit(&query)
        let names = try await store.listBlocks(query).map(\.name)
        if query.skip == 0, query.limit == 100 {
          #expect(try await store.countBlocks(query) == Int64(names.count))
        }
        return names
      }
      #expect(try await names { _ in } == ["a", "b", "c"])
      #expect(try await names { $0.includesAnonymous = true } == ["a", "b", "c", "x"])
      #expect(try await names { $0.order = .nameDescending } == ["c", "b", "a"])
      #expect(try await names { $0.types = ["z"] } == ["b", "c"])
      #expect(try await names { $0.types = [plain.typeID.description] } == ["a"])
      #expect(try await names { $0.capabilities = ["run"] } == ["b", "c"])
      #expect(try await names { $0.nameContains = "B" } == ["b"])
      #expect(try await names { ($0.skip, $0.limit) = (1, 1) } == ["b"])
      #expect(try await names { $0.order = .type } == ["a", "b", "c"])
    }
  }
}

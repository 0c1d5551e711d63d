// Schemas have the checksums that Prefect counts; the content of artifacts crosses and comes back.

import MartletModel
import Testing

@testable import MartletPrefect

@Suite struct BlockChecksumTests {
  @Test func systemBlocksHaveThoseOfPrefect() throws {
    guard case .array(let blocks) = try JSON(parsing: SystemBlocks.document) else {
      Issue.record("the document is no list")
      return
    }
    #expect(blocks.count == 14)
    for block in blocks {
      let fields = try #require(block["fields"])
      #expect(
        JSON.text(BlockChecksum.checksum(of: fields)) == block["checksum"],
        "\(block["slug"] ?? .null)")
    }
    let protected = blocks.filter { $0["is_protected"] == .bool(true) }.compactMap { $0["slug"] }
    #expect(Set(protected) == [.text("secret"), .text("webhook"), .text("local-file-system")])
  }

  @Test func whatIsNotPartOfASchemaDoesNotCount() throws {
    let plain = try JSON(
      parsing:
        ##"{"title":"T","properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"x":1}}}"##
    )
    let sum = BlockChecksum.checksum(of: plain)
    func same(_ text: String) throws -> Bool {
      try BlockChecksum.checksum(of: JSON(parsing: text)) == sum
    }
    // Another order, secrets, and definitions of blocks or of nothing that is referred to.
    #expect(
      try same(
        ##"{"definitions":{"A":{"x":1}},"properties":{"a":{"$ref":"#/definitions/A"}},"title":"T"}"##
      ))
    #expect(
      try same(
        ##"{"title":"T","secret_fields":["a"],"properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"x":1}}}"##
      ))
    #expect(
      try same(
        ##"{"title":"T","properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"x":1},"B":{"y":1}}}"##
      ))
    #expect(
      try !same(
        ##"{"title":"T","properties":{"a":{"$ref":"#/definitions/A"}},"definitions":{"A":{"x":2}}}"##
      ))
    let block = try JSON(
      parsing: ##"{"p":{"$ref":"#/definitions/A"},"definitions":{"A":{"block_type_slug":"a"}}}"##)
    #expect(
      try BlockChecksum.checksum(of: block)
        == BlockChecksum.checksum(of: JSON(parsing: ##"{"p":{"$ref":"#/definitions/A"}}"##)))
  }

  @Test(arguments: [
    (#""markdown""#, ##""# Title""##), (#""table""#, ##""[{\"a\":1,\"b\":\"x\"}]""##),
    (#""image""#, #""https://example.com/x.png""#), (#""progress""#, "37.5"),
    (#""image""#, #""no address""#), (#""progress""#, "120"), (#""table""#, #""no rows""#),
    (#""result""#, #"{"type":"reference","n":[1,null]}"#), ("null", "null"),
    (#""table""#, #"[{"a":1}]"#),
  ])
  func contentComesBack(type: String, data: String) throws {
    let type = try JSON(parsing: type)
    let word: String? = if case .string(let text) = type { text.text } else { nil }
    let content = ArtifactContent.content(word, try JSON(parsing: data))
    let shown = ArtifactContent.shown(content)
    #expect(shown.type == word)
    #expect(try shown.data == JSON(parsing: data))
  }
}

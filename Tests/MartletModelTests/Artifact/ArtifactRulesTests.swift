// Decides that an artifact links only to what is an address and runs nothing.

import MartletModel
import Testing

@Suite struct ArtifactRulesTests {
  @Test(arguments: [
    "https://example.com/?a=b&c#d", "s3://bucket/key", "mailto:a@b.c", "HTTP://x", "urn:a:b",
    "https://example.com/ü",
  ])
  func anAddressIsTaken(address: String) throws {
    try ArtifactRules.check(address: address, "uri")
  }

  @Test(arguments: [
    "", "example.com", "/page", "//host/page", "https:", ":x", "1a:b", "a b:c", "https://a b",
    "https://a\nb", "java\tscript:alert(1)", "javascript:alert(1)", "JavaScript:alert(1)",
    "vbscript:x", "data:text/html,<script>", "ü:x", String(repeating: "a", count: 4095) + ":b",
  ])
  func anythingElseIsRefused(address: String) {
    #expect(throws: InvalidValue.self) { try ArtifactRules.check(address: address, "uri") }
  }

  @Test func keysHaveTheirLetters() throws {
    for key in ["", "a", "0-z", String(repeating: "k", count: 200)] {
      try ArtifactRules.check(key: key, "key")
    }
    for key in ["A", "a b", "a_b", "ü", String(repeating: "k", count: 201)] {
      #expect(throws: InvalidValue.self) { try ArtifactRules.check(key: key, "key") }
    }
  }
}

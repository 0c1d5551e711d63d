// Checks that a section collected piece by piece is the list its fields make, through growth and reuse.

import Testing

@testable import MartletHTTP

@Suite struct FieldSectionTests {
  private func add(_ section: FieldSection, _ name: String, _ value: String) {
    var name = name
    var value = value
    name.withUTF8 { name in
      value.withUTF8 { section.add(UnsafeRawBufferPointer(name), UnsafeRawBufferPointer($0)) }
    }
  }

  @Test func keepsPseudoFieldsApartThroughGrowth() {
    let section = FieldSection(limits: HTTPLimits())
    for round in 0..<3 {
      section.begin()
      var expected = HTTPFields()
      add(section, ":method", "POST")
      add(section, ":path", "/a/\(round)")
      for n in 0..<50 {
        let value = String(repeating: "v", count: n * 3)
        add(section, "name-\(n)", value)
        expected.append("name-\(n)", value)
      }
      add(section, ":scheme", "http")
      add(section, ":authority", "host:\(round)")
      #expect(section.fields == expected && section.fields.count == 50)
      let texts = [section.method, section.path, section.scheme, section.authority].map {
        String(decoding: $0, as: UTF8.self)
      }
      #expect(texts == ["POST", "/a/\(round)", "http", "host:\(round)"])
      #expect(!section.isTooLarge)
    }
    section.begin()
    #expect(section.fields.isEmpty && section.path.isEmpty && section.status == 0)
  }

  @Test func readsAStatus() {
    let section = FieldSection(limits: HTTPLimits())
    section.begin()
    add(section, ":status", "204")
    #expect(section.status == 204)
  }

  @Test func stopsAtTheLimits() {
    var limits = HTTPLimits()
    limits.headerCount = 3
    let few = FieldSection(limits: limits)
    few.begin()
    for n in 0..<4 { add(few, "a\(n)", "b") }
    #expect(few.isTooLarge && few.fields.count == 3)
    limits.headerCount = 100
    limits.headerListSize = 100
    let small = FieldSection(limits: limits)
    small.begin()
    add(small, "a", String(repeating: "b", count: 68))
    #expect(small.isTooLarge)
    small.begin()
    add(small, "a", String(repeating: "b", count: 67))
    #expect(!small.isTooLarge)
  }

  @Test func repeatedTextsAreTheSame() {
    let cache = TextCache()
    for text in ["/a", "/b", "/a", "", String(repeating: "x", count: 300), "/b"] {
      var bytes = text
      let cached = bytes.withUTF8 { cache.text(of: UnsafeRawBufferPointer($0)) }
      #expect(cached == text)
    }
  }
}

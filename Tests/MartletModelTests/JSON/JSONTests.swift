// Tests how JSON values are compared, written and cut.

import MartletModel
import Testing

@Suite struct JSONTests {
  @Test(arguments: [0, 1, 16, 17, 40])
  func membersAreEqualWhateverTheirOrder(count: Int) throws {
    var forwards = JSONMembers()
    var backwards = JSONMembers(reserving: count)
    for number in 0..<count {
      forwards.set(JSONText("name-\(number)"), to: .integer(number))
      backwards.append(
        JSONText("name-\(count - 1 - number)"), .integer(count - 1 - number))
    }
    #expect(forwards == backwards)
    #expect(forwards.hashValue == backwards.hashValue)
    for number in 0..<count {
      #expect(forwards[JSONText("name-\(number)")] == .integer(number))
      #expect(backwards[JSONText("name-\(number)")] == .integer(number))
    }
    #expect(forwards["name"] == nil)
    backwards.set("other", to: .null)
    #expect(forwards != backwards)
    forwards.append("another", .null)
    #expect(forwards != backwards)
  }

  @Test func theLastValueOfANameCounts() throws {
    let many = (0..<40).map { "\"n\($0 % 20)\":\($0)" }.joined(separator: ",")
    let value = try JSON(parsing: "{\(many)}")
    let last = (0..<20).map { "\"n\($0)\":\($0 + 20)" }.joined(separator: ",")
    #expect(value.description == "{\(last)}")
    #expect(value["n3"] == .integer(23))
  }

  @Test func namesAreComparedByTheirCodePoints() throws {
    // The same letter, once whole and once put together of two.
    var members = JSONMembers()
    members.set("\u{E9}", to: .integer(1))
    members.set("e\u{301}", to: .integer(2))
    #expect(members.count == 2)
    #expect(JSONText("\u{E9}") != JSONText("e\u{301}"))
    #expect(JSONText("\u{E9}").hashValue != JSONText("e\u{301}").hashValue)
  }

  @Test(arguments: [
    ("plain", "\"plain\""), ("", "\"\""), ("\"\\", "\"\\\"\\\\\""),
    ("a\nb\tc\rd", "\"a\\nb\\tc\\rd\""),
    ("\u{0}\u{1F}\u{7F}", "\"\\u0000\\u001f\u{7F}\""), ("é漢😀/", "\"é漢😀/\""),
  ])
  func textsAreEscaped(text: String, written: String) throws {
    #expect(JSON.text(text).description == written)
    #expect(try JSON(parsing: written) == .text(text))
  }

  @Test func longTextsGoOverWhole() throws {
    let text = String(repeating: "漢字\n", count: 20_000)
    let value = JSON.object([("a", .texts([text, text])), ("b", .null)])
    #expect(try JSON(parsing: value.description) == value)
    #expect(value.bytes.count == value.description.utf8.count)
  }

  @Test func excerptsEndAtACharacter() {
    let text = JSON.text(String(repeating: "é", count: 100))
    for limit in 1...60 {
      let excerpt = text.excerpt(limit)
      #expect(excerpt.hasPrefix("\"") && excerpt.hasSuffix("…"))
      #expect(!excerpt.contains("\u{FFFD}"))
      #expect(excerpt.unicodeScalars.count <= limit + 1)
    }
    #expect(JSON.text("short").excerpt() == "\"short\"")
    let long = JSON.text(String(repeating: "x", count: 1 << 20)).excerpt(10)
    #expect(long == "\"xxxxxxxxx…")
  }

  @Test(arguments: [
    "\"\u{1}\"", "\"open", "\"\\", "\"\\x\"", "\"\\ud800\"", "{\"a\" 1}", "[1,]", "nul", "",
  ])
  func whatIsNoJSONIsRefused(text: String) {
    #expect(throws: JSONFault.self) { try JSON(parsing: text) }
  }

  @Test func timesAreWrittenInFull() {
    #expect(Instant(microseconds: 0).rfc3339 == "1970-01-01T00:00:00Z")
    #expect(Instant(microseconds: 1_763_726_399_000_042).rfc3339 == "2025-11-21T11:59:59.000042Z")
    #expect(Instant(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
  }
}

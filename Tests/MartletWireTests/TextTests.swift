// Tests the text forms below JSON: base64, calendar, numbers, UTF-8.

import Testing

@testable import MartletWire

/// Lends the bytes of a text.
private func withText<R>(_ text: String, _ body: (UnsafeBufferPointer<UInt8>) -> R) -> R {
  Array(text.utf8).withUnsafeBufferPointer(body)
}

@Suite struct TextTests {
  @Test func base64ReadsWhatItWrites() {
    for count in 0..<70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 197 &+ 101) }
      let text = [UInt8](unsafeUninitializedCapacity: Base64.encodedCount(count)) {
        buffer, length in
        length = Base64.encodedCount(count)
        if let start = buffer.baseAddress {
          bytes.withUnsafeBytes { Base64.encode($0, to: start) }
        }
      }
      #expect(text.withUnsafeBytes { Base64.decode($0) } == bytes)
      let bare = text.filter { $0 != UInt8(ascii: "=") }
      #expect(bare.withUnsafeBytes { Base64.decode($0) } == bytes)
      let url = bare.map {
        $0 == UInt8(ascii: "+")
          ? UInt8(ascii: "-") : $0 == UInt8(ascii: "/") ? UInt8(ascii: "_") : $0
      }
      #expect(url.withUnsafeBytes { Base64.decode($0) } == bytes)
    }
  }

  @Test(
    arguments: [
      (0, 1970, 1, 1), (-1, 1969, 12, 31), (59, 1970, 3, 1), (11_016, 2000, 2, 29),
      (-719_162, 1, 1, 1), (2_932_896, 9999, 12, 31), (-25_508, 1900, 3, 1), (20_778, 2026, 11, 21),
    ] as [(Int64, Int64, Int64, Int64)])
  func calendarKnowsDates(day: Int64, year: Int64, month: Int64, dayOfMonth: Int64) {
    #expect(Calendar.day(year: year, month: month, day: dayOfMonth) == day)
    #expect(Calendar.date(day: day) == (year, month, dayOfMonth))
  }

  @Test func calendarIsConsistent() {
    // Four hundred years, after which the calendar repeats, and some before 1970.
    var previous = Calendar.date(day: -40_001)
    for day in Int64(-40_000)...110_000 {
      let date = Calendar.date(day: day)
      let follows =
        date.day == previous.day + 1
        || (date.day == 1
          && previous.day == Calendar.days(inMonth: previous.month, of: previous.year))
      guard follows, Calendar.day(year: date.year, month: date.month, day: date.day) == day else {
        Issue.record("day \(day) is \(date) after \(previous)")
        return
      }
      previous = date
    }
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("9223372036854775807", Int64.max), ("-9223372036854775808", Int64.min),
      ("9223372036854775808", nil), ("-9223372036854775809", nil),
      ("1e18", 1_000_000_000_000_000_000),
      ("1e19", nil), ("1.5", nil), ("1.50e1", 15), ("150e-1", 15),
      ("1.0000000000000000000000000", 1),
      ("0.00000000000000000000001e23", 1), ("99999999999999999999999999e-26", nil),
      ("1e999999999999999999999", nil), ("0e999999999999999999999", 0), ("-1e-1", nil),
    ] as [(String, Int64?)])
  func integersAreExact(text: String, value: Int64?) {
    let parsed = withText(text) { JSONNumber(whole: $0).flatMap { $0.integer(as: Int64.self) } }
    #expect(parsed == value)
  }

  @Test(arguments: [
    "", "-", "01", "1.", ".5", "+1", "1e", "1e+", "0x1", "1 ", " 1", "--1", "1.e1", "NaN",
  ])
  func noNumber(text: String) {
    #expect(withText(text) { JSONNumber(whole: $0) == nil })
  }

  @Test func doublesAreNearest() {
    for text in ["0.1", "1e308", "123456789012345", "1234567890123456789", "5e-324", "-2.5e-3"] {
      #expect(withText(text) { JSONNumber(whole: $0)?.double() } == Double(text))
    }
    #expect(withText("1e309") { JSONNumber(whole: $0)?.double() } == nil)
    #expect(withText("1e39") { JSONNumber(whole: $0)?.float() } == nil)
    // The nearest float to this is not the float nearest to its nearest double.
    let text = "1.00000017881393432617187499"
    #expect(withText(text) { JSONNumber(whole: $0)?.float() } == Float(text))
  }

  @Test func utf8AgreesWithTheStandardLibrary() {
    // Every one- and two-byte text, and the edges of the longer ones, inside of ASCII.
    let edges: [UInt8] = [0x00, 0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff]
    var texts: [[UInt8]] = []
    for first in UInt8.min ... .max {
      texts.append([first])
      for second in UInt8.min ... .max { texts.append([first, second]) }
      for second in edges {
        for third in edges {
          texts.append([first, second, third])
          for fourth in edges { texts.append([first, second, third, fourth]) }
        }
      }
    }
    for text in texts {
      for whole in [text, Array("abcdefg".utf8) + text + Array("hijklmno".utf8)] {
        let expected = String(validating: whole, as: UTF8.self) != nil
        if whole.withUnsafeBytes({ UTF8Check.isValid($0) }) != expected {
          Issue.record("\(whole) is \(expected ? "" : "not ")UTF-8")
          return
        }
      }
    }
  }
}

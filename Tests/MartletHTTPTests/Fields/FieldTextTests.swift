// Checks the texts of fields that the transport itself writes or reads: dates and hosts.

import Glibc
import Testing

@testable import MartletHTTP

@Suite struct FieldTextTests {
  @Test(arguments: [
    (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
    (951_782_399, "Mon, 28 Feb 2000 23:59:59 GMT"), (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
  ])
  func dates(_ second: time_t, _ text: String) {
    let date = HTTPDate()
    #expect(String(decoding: date.text(at: second), as: UTF8.self) == text)
    #expect(String(decoding: date.text(at: second + 60), as: UTF8.self) != text)
    #expect(String(decoding: date.text(at: second), as: UTF8.self) == text)
  }

  private func isWellFormed(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { AuthoritySyntax.isWellFormed(UnsafeRawBufferPointer($0)) }
  }

  @Test(arguments: [
    "", "localhost", "localhost:4200", "127.0.0.1:1", "a.b-c_d~e", "x:", "[::1]", "[::1]:4200",
    "[fe80::1%25eth0]", "%2Ftmp%2Fsocket", "xn--mnchen-3ya.example",
  ])
  func hosts(_ text: String) { #expect(isWellFormed(text)) }

  @Test(arguments: [
    "a b", "user@host", "localhost:x@evil", "a/b", "a?b", "a#b", "a:b", "a:1:2", ":80", "[::1",
    "[]", "[::1]x", "::1", "münchen", "a\u{0}", "a\\b", "\"a\"", "<a>",
  ])
  func noHosts(_ text: String) { #expect(!isWellFormed(text)) }
}

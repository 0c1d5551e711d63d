// Decides what addresses are taken apart into, and that what is none is refused without being repeated.

import Testing

@testable import MartletModel

@Suite struct WebAddressTests {
  @Test(arguments: [
    ("https://hooks.example.com/services/T/B", true, "hooks.example.com", 443, "/services/T/B"),
    ("HTTP://Example.com:8080?a=b#c", false, "Example.com", 8080, "/?a=b"),
    ("http://[::1]:81/x/ü", false, "::1", 81, "/x/%C3%BC"),
    ("https://user:p%40ss@host/", true, "host", 443, "/"),
    ("http://host:/p?q=%20{}", false, "host", 80, "/p?q=%20%7B%7D"),
    ("http://evil@127.0.0.1/", false, "127.0.0.1", 80, "/"),
  ]) func isTakenApart(
    _ text: String, _ isSecure: Bool, _ host: String, _ port: Int, _ target: String
  ) throws {
    let address = try WebAddress(text, "url")
    #expect(address.isSecure == isSecure && address.host == host && address.port == port)
    #expect(address.target == target)
  }

  @Test func namesAndPasswordsAreKeptApart() throws {
    let address = try WebAddress("https://user:p%40ss@host:444/", "url")
    #expect(address.credentials == "user:p@ss" && address.authority == "host:444")
    #expect(try WebAddress("http://[fe80::1]/", "url").authority == "[fe80::1]")
    #expect(address.adding([("a b", "c&d")]).target == "/?a%20b=c%26d")
  }

  @Test(arguments: [
    "ftp://secret/", "//secret", "secret", "http://", "http:///secret", "http://se cret/",
    "http://secret:99999/", "http://secret:0/", "http://secret:8x/", "http://[::1/secret",
    "http://[::1]x/secret", "http://sec\u{0}ret/", "http://secret\r\nhost: x/", "http://sec\\ret/",
    "http://se%63ret/",
  ]) func isRefused(_ text: String) {
    let error = #expect(throws: InvalidValue.self) { try WebAddress(text, "url") }
    #expect(error?.field == "url" && error?.problem.contains("secret") == false)
  }
}

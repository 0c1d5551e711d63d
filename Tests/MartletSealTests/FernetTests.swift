// Tokens that Prefect's library made are opened with their key, and no others.

import MartletSeal
import Testing

@Suite struct FernetTests {
  static let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
  // Made by Python's cryptography 45 with that key, the time 1700000000 and the vector 0, 1, … 15.
  static let tokens = [
    "": """
    gAAAAABlU_EAAAECAwQFBgcICQoLDA0OD7eteCFsVWnW2hqrh_bbxWG2kgARxHn5BD1_8db41B-9AjTeFsfNLWkqNE3aSOKVfQ==
    """,
    #"{"password": "hunter2"}"#: """
    gAAAAABlU_EAAAECAwQFBgcICQoLDA0ODxTmXea_0ApXrsq9oV6p3TflIRVDF-oWxwIujoJHUDUJT6TuaqBF8ZLutRzDRp_iRDZv8YOmY5MvUU3FpkWfais=
    """,
    String(repeating: "x", count: 32): """
    gAAAAABlU_EAAAECAwQFBgcICQoLDA0ODwxnxuU1LvDJI85gh9NvOEzm__hCwC_mDHLg27CXwQzUVDWuF-xVmFIWF9SYWd-rSbpAsccCTkIdQGNmnEonHy4i1tOvdX_GMFfR98Lp-j7L
    """,
  ]

  @Test func tokensAreOpened() throws {
    let key = try #require(FernetKey(Self.key))
    for (text, token) in Self.tokens {
      #expect(String(decoding: try key.open(token), as: UTF8.self) == text)
    }
  }

  @Test func whatWasChangedIsRefused() throws {
    let key = try #require(FernetKey(Self.key))
    let token = try #require(Self.tokens[""])
    for (index, character) in token.enumerated() where character != "=" {
      var characters = Array(token)
      characters[index] = character == "A" ? "B" : "A"
      // The last digit before the padding has bits that say nothing.
      guard index < token.count - 3 else { continue }
      #expect(throws: SealError.notGenuine) { try key.open(String(characters)) }
    }
    for text in ["", "gAAA", String(token.dropLast(4)), token + "AAAA", "{}", "ü"] {
      #expect(throws: SealError.notGenuine) { try key.open(text) }
    }
    let other = try #require(FernetKey("BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))
    #expect(throws: SealError.notGenuine) { try other.open(token) }
  }

  @Test func onlyKeysAreKeys() {
    #expect(FernetKey("") == nil)
    #expect(FernetKey("AAECAwQFBgcICQoLDA0ODw==") == nil)
    #expect(FernetKey(Self.key + "A") == nil)
    #expect(FernetKey("no key at all, but of 44 bytes as one is....") == nil)
  }
}

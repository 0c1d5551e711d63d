// What is sealed comes back to those who have the key and the purpose, and to nobody else; the key file keeps its promises.

import Foundation
import MartletSeal
import Testing

@Suite struct SealingTests {
  @Test func dataComesBack() throws {
    let key = try SealingKey.random()
    for text in ["", "x", String(repeating: "secret ", count: 20_000)] {
      let sealed = try key.seal(Array(text.utf8), for: "block:1")
      #expect(sealed.count == text.utf8.count + 28)
      #expect(String(decoding: try key.open(sealed, for: "block:1"), as: UTF8.self) == text)
    }
    let again = try key.seal([1], for: "p")
    #expect(try again != key.seal([1], for: "p"), "the same data is never sealed to the same bytes")
  }

  @Test func whatWasChangedIsRefused() throws {
    let key = try SealingKey.random()
    let sealed = try key.seal(Array("password".utf8), for: "block:1")
    for index in sealed.indices {
      var changed = sealed
      changed[index] ^= 1
      #expect(throws: SealError.notGenuine) { try key.open(changed, for: "block:1") }
    }
    #expect(throws: SealError.notGenuine) { try key.open(sealed, for: "block:2") }
    #expect(throws: SealError.notGenuine) { try key.open(Array(sealed.dropLast()), for: "block:1") }
    #expect(throws: SealError.notGenuine) { try key.open([], for: "block:1") }
    let other = try #require(SealingKey(id: key.id, bytes: [UInt8](repeating: 7, count: 32)))
    #expect(throws: SealError.notGenuine) { try other.open(sealed, for: "block:1") }
  }

  @Test func aKnownVectorIsOpened() throws {
    // Test case 14 of the GCM specification: AES-256, a key and a nonce of zeros, one block of zeros.
    let key = try #require(SealingKey(id: "zero", bytes: [UInt8](repeating: 0, count: 32)))
    let sealed =
      [UInt8](repeating: 0, count: 12)
      + Self.bytes(
        "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    #expect(try key.open(sealed, for: "") == [UInt8](repeating: 0, count: 16))
  }

  @Test func theFileIsMadeOnceForItsOwnerAlone() throws {
    try Self.withDirectory { directory in
      let path = directory + "/keys"
      let ring = KeyRing(path: path)
      #expect(try !ring.isThere)
      let made = try ring.current()
      #expect(try ring.isThere && KeyRing(path: path).isThere)
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
      let again = KeyRing(path: path)
      #expect(try again.current() == made)
      #expect(try again.key(made.id) == made)
      #expect(try again.key("other") == nil)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["keys"])
    }
  }

  @Test func keysAreRotatedInTheFile() throws {
    try Self.withDirectory { directory in
      let path = directory + "/keys"
      let ring = KeyRing(path: path)
      let old = try ring.current()
      let text = try String(contentsOfFile: path, encoding: .utf8)
      let line = "newer " + String(repeating: "0a", count: 32) + "\n"
      try (line + text).write(toFile: path, atomically: false, encoding: .utf8)
      // A key that is not known yet is looked for in the file.
      #expect(try ring.key("newer") != nil)
      #expect(try ring.current().id == "newer")
      #expect(try ring.key(old.id) == old)
    }
  }

  @Test func filesThatCannotBeTrustedAreRefused() throws {
    try Self.withDirectory { directory in
      let path = directory + "/keys"
      let good = "a " + String(repeating: "00", count: 32)
      for (text, mode) in [
        (good, 0o644), ("", 0o600), ("a 00", 0o600), ("a +" + good.dropFirst(3), 0o600),
      ] {
        try? FileManager.default.removeItem(atPath: path)
        #expect(
          FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode]))
        #expect(throws: KeyFileError.self) { try KeyRing(path: path).current() }
      }
      #expect(throws: Never.self) { try KeyRing(path: directory + "/new/home/keys").current() }
      #expect(throws: KeyFileError.self) { try KeyRing(path: path + "/below/a/file").current() }
      #expect(throws: KeyFileError.self) { try KeyRing(path: directory).current() }
    }
  }

  private static func withDirectory(_ body: (String) throws -> Void) throws {
    let directory = NSTemporaryDirectory() + "martlet-seal-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try body(directory)
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex)
    return stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
  }
}

// Decides that a digest is SHA-256's and that a value which is not what its digest says is refused.

import MartletModel
import Testing

@Suite struct PayloadDigestTests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func theStandardsVectorsHold(text: String, digest: String) {
    #expect(SHA256.label(of: text.utf8) == "sha256:\(digest)")
  }

  @Test func lengthsAroundABlockHold() {
    // As `python3 -c "hashlib.sha256(b'a' * n)"` says.
    let expected = [
      55: "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318",
      56: "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a",
      63: "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34",
      64: "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb",
      65: "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0",
      10_000: "27dd1f61b867b6a0f6e9d8a41c43231de52107e53ae424de8f847b821db4b711",
    ]
    for (length, digest) in expected {
      let bytes = [UInt8](repeating: UInt8(ascii: "a"), count: length)
      #expect(SHA256.label(of: bytes) == "sha256:\(digest)", "\(length) bytes")
    }
  }

  @Test func partsOfAnyLengthMakeTheDigestOfTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for length in [1, 3, 63, 64, 65, 200, 1000] {
      var hash = SHA256()
      for start in stride(from: 0, to: bytes.count, by: length) {
        // What was asked for in between changes nothing.
        #expect(hash.label == SHA256.label(of: bytes[..<start]))
        hash.add(bytes[start..<min(start + length, bytes.count)])
      }
      #expect(hash.label == SHA256.label(of: bytes), "parts of \(length) bytes")
    }
  }

  @Test func anInlineValueIsMeasured() throws {
    let payload = try Payload(mediaType: "text/plain", body: .data(Array("abc".utf8)))
      .measured("payload", limit: 3)
    #expect(payload.size == 3)
    #expect(payload.digest == SHA256.label(of: "abc".utf8))
    // What was measured is measured again without complaint.
    #expect(try payload.measured("payload", limit: 3) == payload)
  }

  @Test func aValueThatIsNotWhatItSaysIsRefused() {
    let data = Payload.Body.data(Array("abc".utf8))
    let other = SHA256.label(of: "abd".utf8)
    let refused: [(Payload, String)] = [
      (Payload(mediaType: "", digest: other, body: data), "payload.digest"),
      (Payload(mediaType: "", size: 4, body: data), "payload.size"),
      (Payload(mediaType: "", body: .data(Array("abcd".utf8))), "payload.data"),
      (Payload(mediaType: "", body: .json("[1,2]")), "payload.json"),
      (Payload(mediaType: "a\0", body: data), "payload.media_type"),
      (Payload(mediaType: "", digest: "md5:1", body: .uri("s3://a")), "payload.digest"),
      (Payload(mediaType: "", size: -1, body: .uri("s3://a")), "payload.size"),
      (Payload(mediaType: "", body: .uri("")), "payload.uri"),
    ]
    for (payload, field) in refused {
      do throws(InvalidValue) {
        _ = try payload.measured("payload", limit: 3)
        Issue.record("\(field) was not refused")
      } catch {
        #expect(error.field == field)
      }
    }
  }
}

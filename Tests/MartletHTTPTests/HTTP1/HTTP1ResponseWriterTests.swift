// Checks the framing of responses byte for byte.

import NIOCore
import Testing

@testable import MartletHTTP

@Suite struct HTTP1ResponseWriterTests {
  private func framing(isHead: Bool = false, takesChunks: Bool = true) -> HTTP1RequestHead.Framing {
    .init(keepsAlive: true, expectsContinue: false, takesChunks: takesChunks, isHead: isHead)
  }

  private func write(
    _ head: MartletHTTP.HTTPResponseHead, length: Int?, pieces: [String],
    trailers: HTTPFields? = nil,
    framing: HTTP1RequestHead.Framing? = nil
  ) -> (text: String, keepsAlive: Bool) {
    var bytes = ByteBuffer()
    var writer = HTTP1ResponseWriter(
      head, length: length, hasTrailers: trailers != nil, framing: framing ?? self.framing(),
      keepsAlive: true, into: &bytes)
    for piece in pieces { writer.write(ByteBuffer(string: piece), into: &bytes) }
    writer.end(trailers: trailers, into: &bytes)
    return (String(buffer: bytes), writer.keepsAlive)
  }

  @Test func aKnownLengthIsTold() {
    let (text, keepsAlive) = write(
      HTTPResponseHead(status: 200, fields: ["a": "b"]), length: 3, pieces: ["xyz"])
    #expect(text == "HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 3\r\n\r\nxyz")
    #expect(keepsAlive)
  }

  @Test func anUnknownLengthIsChunkedAndTrailersFollow() {
    let (text, _) = write(
      HTTPResponseHead(status: 200), length: nil, pieces: ["abc", "", "0123456789abcdef"],
      trailers: ["t": "v"])
    #expect(
      text
        == "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        + "3\r\nabc\r\n10\r\n0123456789abcdef\r\n0\r\nt: v\r\n\r\n")
  }

  @Test func trailersForceChunksEvenWhenTheLengthIsKnown() {
    let (text, _) = write(
      HTTPResponseHead(status: 200), length: 1, pieces: ["a"], trailers: ["t": "v"])
    #expect(text.hasSuffix("\r\n\r\n1\r\na\r\n0\r\nt: v\r\n\r\n"))
  }

  @Test func anOldClientGetsTheBodyUntilTheEnd() {
    let (text, keepsAlive) = write(
      HTTPResponseHead(status: 200), length: nil, pieces: ["a"],
      framing: framing(takesChunks: false))
    #expect(text == "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\na")
    #expect(!keepsAlive)
  }

  @Test func headAndNoContentHaveNoBody() {
    let (head, _) = write(
      HTTPResponseHead(status: 200), length: 3, pieces: ["xyz"], framing: framing(isHead: true))
    #expect(head == "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n")
    let (empty, _) = write(HTTPResponseHead(status: 204), length: 3, pieces: ["xyz"])
    #expect(empty == "HTTP/1.1 204 No Content\r\n\r\n")
  }

  @Test func moreOrLessThanAnnouncedNeverReachesTheNextResponse() {
    let announced = HTTPResponseHead(status: 200, fields: ["content-length": "2"])
    let (long, longKeeps) = write(announced, length: nil, pieces: ["a", "bc", "d"])
    #expect(long == "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab")
    #expect(longKeeps)
    let (short, shortKeeps) = write(announced, length: nil, pieces: ["a"])
    #expect(short.hasSuffix("\r\n\r\na"))
    #expect(!shortKeeps)
  }

  @Test func fieldsOfTheHandlerDoNotChangeTheFraming() {
    let (text, _) = write(
      HTTPResponseHead(
        status: 200,
        fields: ["connection": "upgrade", "transfer-encoding": "gzip", "keep-alive": "1"]),
      length: 0, pieces: [])
    #expect(text == "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
  }
}

// Checks what is served of a directory: by tag, in part, and nothing that lies elsewhere.

import Foundation
import MartletHTTP
import NIOCore
import Testing

@testable import MartletHTTP

@Suite(.timeLimit(.minutes(10))) struct StaticFilesTests {
  @Test(arguments: [
    (nil, ByteRange.whole), ("bytes=0-", .part(0..<10)), ("bytes=2-4", .part(2..<5)),
    ("bytes=-3", .part(7..<10)), ("bytes=-30", .part(0..<10)), ("bytes=9-99", .part(9..<10)),
    ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable), ("bytes=5-4", .whole),
    ("bytes=0-1,3-4", .whole), ("lines=0-1", .whole), ("bytes=a-", .whole), ("bytes=-", .whole),
    ("bytes=99999999999999999999-", .whole), ("BYTES= 1 - 2", .part(1..<3)),
  ])
  func ranges(_ field: String?, _ expected: ByteRange) {
    #expect(ByteRange(field, size: 10) == expected)
  }

  @Test(arguments: [
    ("/a/b.js", ["a", "b.js"]), ("/", ["index.html"]), ("/a/", ["a", "index.html"]),
    ("/a%20b", ["a b"]), ("//a", ["a"]),
  ])
  func paths(_ path: String, _ names: [String]) {
    #expect(StaticPath(path[...])?.names.map(String.init) == names)
  }

  @Test(arguments: [
    "", "a", "/../a", "/a/..", "/.git/config", "/%2e%2e/a", "/a%2fb", "/a%00", "/a%5cb", "/a%",
    "/%zz",
    "/%ff", "/a\u{1}",
  ])
  func pathsThatNameNoFile(_ path: String) {
    #expect(StaticPath(path[...]) == nil)
  }

  /// Serves a directory with a page, a long file and traps.
  private func serving(_ body: (TestServer.Files) async throws -> Void) async throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    let served = root.appendingPathComponent("served")
    try FileManager.default.createDirectory(
      at: served.appendingPathComponent("sub"), withIntermediateDirectories: true)
    try Data("secret".utf8).write(to: root.appendingPathComponent("outside"))
    try Data("<p>".utf8).write(to: served.appendingPathComponent("index.html"))
    // A prime length of equal bytes, so that a piece put in the wrong place is seen.
    try (0..<3_001).reduce(into: Data()) {
      $0.append(Data(repeating: UInt8(truncatingIfNeeded: $1), count: 1_009))
    }.prefix(3_000_000).write(to: served.appendingPathComponent("sub/long.bin"))
    for (link, target) in [("link", "../outside"), ("sub/up", "..")] {
      try FileManager.default.createSymbolicLink(
        atPath: served.appendingPathComponent(link).path, withDestinationPath: target)
    }
    mkfifo(served.appendingPathComponent("pipe").path, 0o600)
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors,
      logger: TestServer.logger, handler: StaticFiles(root: served.path, prefix: "/ui"))
    let client = try await HTTPClientConnection.connect(
      to: server.endpoint, on: TestServer.executors.next())
    try await body(TestServer.Files(client: client, root: served))
    client.close()
    await server.shutdown(grace: .zero)
  }

  @Test func wholeAndPart() async throws {
    try await serving { files in
      let page = await files.get("/ui/")
      #expect(page.status == 200 && page.text == "<p>")
      #expect(page.fields["content-type"] == "text/html; charset=utf-8")
      #expect(page.fields["x-content-type-options"] == "nosniff")
      let long = await files.get("/ui/sub/long.bin?v=1")
      #expect(long.body.readableBytes == 3_000_000)
      let part = await files.get("/ui/sub/long.bin", ["range": "bytes=1000000-1999999"])
      #expect(part.status == 206)
      #expect(part.fields["content-range"] == "bytes 1000000-1999999/3000000")
      #expect(part.body == long.body.getSlice(at: 1_000_000, length: 1_000_000))
      let beyond = await files.get("/ui/sub/long.bin", ["range": "bytes=3000000-"])
      #expect(beyond.status == 416 && beyond.fields["content-range"] == "bytes */3000000")
      let head = await files.get("/ui/sub/long.bin", method: "HEAD")
      #expect(head.status == 200 && head.body.readableBytes == 0)
      #expect(head.fields["content-length"] == "3000000")
      #expect(await files.get("/ui/", method: "POST").status == 405)
    }
  }

  @Test func tags() async throws {
    try await serving { files in
      let tag = await files.get("/ui/").fields["etag"] ?? ""
      #expect(tag.count > 4)
      for field in [tag, "W/\(tag)", "\"x\", \(tag)", "*"] {
        let answer = await files.get("/ui/", ["if-none-match": field])
        #expect(answer.status == 304 && answer.fields["etag"] == tag, "\(field)")
      }
      #expect(await files.get("/ui/", ["if-none-match": "\"x\""]).status == 200)
      for field in [tag, "\"x\", \(tag)", "*"] {
        #expect(await files.get("/ui/", ["if-match": field]).status == 200, "\(field)")
      }
      for field in ["W/\(tag)", "\"x\"", ""] {
        #expect(await files.get("/ui/", ["if-match": field]).status == 412, "\(field)")
      }
      let same = await files.get("/ui/", ["range": "bytes=0-0", "if-range": tag])
      #expect(same.status == 206 && same.text == "<")
      #expect(await files.get("/ui/", ["range": "bytes=0-0", "if-range": "\"x\""]).status == 200)
      try Data("<b>!".utf8).write(to: files.root.appendingPathComponent("index.html"))
      let changed = await files.get("/ui/", ["if-none-match": tag])
      #expect(changed.status == 200 && changed.text == "<b>!")
    }
  }

  @Test func pagesThatReadThePathThemselves() async throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try Data("<a href='/BASE/x'>/BASE/BAS".utf8).write(
      to: root.appendingPathComponent("index.html"))
    try Data("/BASE".utf8).write(to: root.appendingPathComponent("raw.bin"))
    let files = StaticFiles(
      root: root.path, prefix: "/ui", fallback: "index.html",
      substitution: TextSubstitution("/BASE", by: "/ui"),
      redirect: { $0.path == "/ui" ? "/ui/" : nil })
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors,
      logger: TestServer.logger, handler: files)
    let client = try await HTTPClientConnection.connect(
      to: server.endpoint, on: TestServer.executors.next())
    let served = TestServer.Files(client: client, root: root)
    for path in ["/ui/", "/ui/runs/1", "/ui/a%2Fb"] {
      let page = await served.get(path, ["accept": "text/html,*/*"])
      #expect(page.status == 200 && page.text == "<a href='/ui/x'>/ui/BAS", "\(path)")
      #expect(page.fields["content-length"] == "23")
    }
    #expect(await served.get("/ui/runs/1", ["accept": "image/*"]).status == 404)
    #expect(await served.get("/ui/raw.bin").text == "/BASE")
    let elsewhere = await served.get("/ui")
    #expect(elsewhere.status == 307 && elsewhere.fields["location"] == "/ui/")
    client.close()
    await server.shutdown(grace: .zero)
  }

  @Test(arguments: [
    "/ui/link", "/ui/sub/up/index.html", "/ui/sub", "/ui/pipe", "/ui/none", "/ui/../outside",
    "/outside",
    "/ui/%2e%2e/outside",
  ])
  func nothingFromElsewhere(_ path: String) async throws {
    try await serving { files in
      let answer = await files.get(path)
      #expect(answer.status == 404 && answer.body.readableBytes == 0)
    }
  }
}

extension TestServer {
  /// A client of a directory that is served.
  struct Files {
    let client: HTTPClientConnection
    let root: URL

    func get(
      _ path: String, _ fields: HTTPFields = HTTPFields(), method: String = "GET"
    ) async -> TestResponse {
      await client.request(path, method: method, fields: fields)
    }
  }
}

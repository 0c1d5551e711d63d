// Decides which calls may be GET requests, and how their query is read.

import MartletCall
import MartletHTTP
import NIOCore
import Testing

@testable import MartletRPC

@Suite(.timeLimit(.minutes(5))) struct ConnectGetTests {
  private func get(
    _ query: String, _ method: String = "Unary", _ configuration: RPCServer.Configuration? = nil
  ) async throws -> WebAnswer {
    try await request(
      "/test.Echo/\(method)?\(query)", method: "GET",
      configuration: configuration ?? quietConfiguration())
  }

  @Test(arguments: [
    "connect=v1&encoding=json&message=%7B%22payload%22%3A%22AQI%3D%22%7D",
    "encoding=json&base64=1&message=eyJwYXlsb2FkIjoiQVFJPSJ9",
    "message={\"payload\":\"AQI=\"}&encoding=json&other=1",
  ])
  func json(_ query: String) async throws {
    let answer = try await get(query)
    #expect(answer.status == 200)
    #expect(answer.text == #"{"payload":"AQI="}"#)
    #expect(answer.fields["content-type"] == "application/json")
    // A cache that kept it must not give it to those who take another compression.
    #expect(answer.fields.values(of: "vary").contains("accept-encoding"))
  }

  @Test func proto() async throws {
    let answer = try await get("encoding=proto&base64=1&message=CgIBAg")
    #expect(answer.fields["content-type"] == "application/proto")
    #expect(answer.body == [0x0A, 2, 1, 2])
    let safe = try await get("encoding=proto&base64=1&message=CgL7_w%3D%3D")
    #expect(safe.body == [0x0A, 2, 0xFB, 0xFF])
    let empty = try await get("encoding=proto&message=")
    #expect(empty.status == 200 && empty.body.isEmpty)
  }

  @Test func compressed() async throws {
    let message = Base64.encode(zipped(Array(#"{"payload":"AQI="}"#.utf8)))
      .map { digit -> Character in digit == "+" ? "-" : digit == "/" ? "_" : digit }
    let answer = try await get(
      "encoding=json&compression=gzip&base64=1&message=\(String(message))")
    #expect(answer.text == #"{"payload":"AQI="}"#)
  }

  @Test(arguments: [
    ("encoding=json", "message"), ("message={}", "encoding"),
    ("encoding=xml&message=x", "encoding"),
    ("encoding=json&message=%7", "percent"), ("encoding=json&message=%zz", "percent"),
    ("encoding=json&message=%+1", "percent"),
    ("encoding=proto&base64=1&message=***", "base64"),
    ("encoding=proto&base64=2&message=", "base64"),
    ("connect=v2&encoding=json&message={}", "connect"),
  ])
  func malformedQueries(_ query: String, _ named: String) async throws {
    let answer = try await get(query)
    #expect(answer.status == 400)
    #expect(answer.text.contains("invalid_argument"))
    #expect(answer.text.contains(named))
  }

  @Test func onlyWhatChangesNothing() async throws {
    let answer = try await get("encoding=json&message={}", "Write")
    #expect(answer.status == 405)
    #expect(answer.fields["allow"] == "POST")
    #expect(try await get("encoding=json&message={}", "Expand").status == 405)
    #expect(try await get("encoding=json&message={}", "Nothing").status == 404)
    #expect(try await get("encoding=json&compression=br&message={}").status == 501)
  }
}

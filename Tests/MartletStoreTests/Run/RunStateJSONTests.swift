// Decides that the data of every state survives its jsonb column, and which JSON is refused.

import MartletModel
import MartletPostgres
import Testing

@testable import MartletStore

@Suite struct RunStateJSONTests {
  static let details: [RunState.Detail] = [
    .scheduled(.init(dueTime: Instant(microseconds: -5), reason: "RETRY")), .scheduled(.init()),
    .pending, .running,
    .paused(.init(until: Instant(microseconds: 9), key: "k\"\\\n\u{1}", inputSchema: "{}")),
    .cancelling(deadline: Instant(microseconds: 1 << 52)), .cancelling(deadline: nil),
    .completed(.init()),
    .completed(
      .init(
        result: Payload(
          mediaType: "a/b", digest: "sha256:00", size: 3, body: .data([0, 127, 128, 255])),
        cachedFrom: RunID(high: 1, low: 2))),
    .completed(.init(result: Payload(mediaType: "a/b", body: .json(#"{"a": 1.50}"#)))),
    .completed(.init(result: Payload(mediaType: "a/b", body: .uri("s3://é")))),
    .failed(
      .init(errorType: "E", errorMessage: "m 😀", traceback: "t\tt", retriable: false)),
    .cancelled, .crashed(.init(signal: 9, exitCode: -1, note: "OOM", isPresumptive: true)),
  ]

  @Test(arguments: details) func survivesItsColumn(_ detail: RunState.Detail) async throws {
    let json = detail.json
    let read = try json.map { try JSONValue(PostgresJSON($0.text)) }
    #expect(RunState.Detail(detail.type, json: read) == detail)
  }

  @Test(arguments: details) func annotationsAreKeptBesideIt(_ detail: RunState.Detail) throws {
    var state = RunState(detail, name: "n", message: "m")
    state.annotations = #"{"id": "7", "n": 1.50}"#
    let read = try state.json.map { try JSONValue(PostgresJSON($0.text)) }
    #expect(RunState(detail.type, name: "n", message: "m", json: read) == state)
  }

  @Test func findsTheEscapeOfNUL() {
    #expect(hasEscapedNUL(#"{"a": "\u0000"}"#))
    #expect(hasEscapedNUL(#""\\\u0000""#))
    #expect(!hasEscapedNUL(#""\\u0000""#))
    #expect(!hasEscapedNUL(#""\u0001 \u000a u0000""#))
    #expect(!hasEscapedNUL(#""\u00"#))
    #expect(hasEscapedNUL(#""\u0001\u0000""#))
  }

  @Test func refusesWhatIsNoJSON() {
    for text in ["", "{", "[1,", #"{"a" 1}"#, "nul", #""\u12"#, #""abc"#, "[1 2]"] {
      #expect(throws: PostgresError.self, "\(text)") { try JSONValue(PostgresJSON(text)) }
    }
  }
}

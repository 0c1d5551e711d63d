// Decides that errors carry their details over the wire unharmed and that nothing else leaks.

import MartletCall
import MartletProto
import MartletWire
import Testing

@testable import MartletRPC

@Suite struct StatusDetailsTests {
  static let details: [StatusDetail] = [
    .errorInfo(reason: "R", domain: "martlet.dev", metadata: ["a": "1", "b": "ü"]),
    .badRequest([.init(field: "a.b[3]", description: "no"), .init(field: "", description: "x")]),
    .retryInfo(.seconds(3) + .milliseconds(250)), .retryInfo(.zero),
    .resourceInfo(type: "run", name: "r", owner: "o", description: "d"),
    .preconditionFailure([.init(type: "ETAG", subject: "r", description: "d")]),
    .quotaFailure([.init(subject: "s", description: "d")]),
    .help([.init(description: "d", url: "https://martlet.dev")]),
    .other(Status.Detail(typeURL: "type.googleapis.com/x.Y", value: [1, 2, 3])),
  ]

  @Test(arguments: details) func comeBack(_ detail: StatusDetail) {
    var status = Status(.aborted, "m").with(detail)
    let decoded = StatusEncoding.details(of: StatusEncoding.encode(status))
    #expect(decoded == status.details)
    #expect(decoded.map(StatusDetail.init) == [detail])
    status.details = []
    #expect(StatusEncoding.details(of: StatusEncoding.encode(status)).isEmpty)
  }

  @Test func areWhatTheGeneratedTypesRead() throws {
    let status = Status.invalid(field: "run.id", "not a UUID")
    let decoded = try StatusEncoding.encode(status).withUnsafeBytes {
      try Google.RPC.Status.decode($0, limits: .standard)
    }
    #expect(decoded.code == 3)
    #expect(decoded.message == "run.id: not a UUID")
    #expect(decoded.details.count == 2)
    let info = try status.details[0].value.withUnsafeBytes {
      try Google.RPC.ErrorInfo.decode($0, limits: .standard)
    }
    #expect(info.reason == "INVALID_FIELD")
    #expect(info.domain == "martlet.dev")
    let bad = try status.details[1].value.withUnsafeBytes {
      try Google.RPC.BadRequest.decode($0, limits: .standard)
    }
    #expect(bad.fieldViolations.map(\.field) == ["run.id"])
    let retry = try Status.unavailable("later", retryAfter: .milliseconds(1500)).details[1].value
      .withUnsafeBytes { try Google.RPC.RetryInfo.decode($0, limits: .standard) }
    #expect(retry.retryDelay == .milliseconds(1500))
  }

  @Test func malformedDetailsAreLeftOut() {
    for length in 0..<40 {
      let bytes = StatusEncoding.encode(Status.notFound(type: "run", name: "x")).prefix(length)
      _ = StatusEncoding.details(of: Array(bytes)).map(StatusDetail.init)
    }
    #expect(StatusEncoding.details(of: [0xFF, 0xFF, 0xFF]).isEmpty)
    #expect(
      StatusEncoding.details(of: [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F])
        .isEmpty)
  }

  @Test func accessorsFindTheirDetail() {
    let status = Status.resourceExhausted(
      reason: "LIMIT_FULL", subject: "limit", "full", retryAfter: .seconds(2))
    #expect(status.reason == "LIMIT_FULL")
    #expect(status.retryAfter == .seconds(2))
    #expect(status.with(reason: "OTHER", metadata: ["k": "v"]).reason == "OTHER")
    #expect(status.with(reason: "OTHER", metadata: ["k": "v"]).reasonMetadata == ["k": "v"])
    #expect(Status.invalid(field: "f", "d").fieldViolations.map(\.field) == ["f"])
    #expect(Status(.ok).reason == nil)
  }

  struct Convertible: StatusConvertible {
    var status: Status { Status(.dataLoss, "told") }
  }
  struct Secret: Error { let password = "hunter2" }

  @Test func thrownErrors() {
    #expect(Status(thrown: Status(.aborted, "x")) == Status(.aborted, "x"))
    #expect(Status(thrown: Convertible()).code == .dataLoss)
    #expect(Status(thrown: CancellationError()).code == .cancelled)
    let hidden = Status(thrown: Secret())
    #expect(hidden.code == .internal)
    #expect(!"\(hidden)".contains("hunter2"))
    let wire = Status(
      thrown: WireError(.unknownField, path: "a.b", message: "no such field"))
    #expect(wire.code == .invalidArgument)
    #expect(wire.reason == "UNKNOWN_FIELD")
    #expect(wire.fieldViolations == [.init(field: "a.b", description: "no such field")])
    #expect(Status(thrown: WireError(.tooLarge, message: "x")).code == .resourceExhausted)
  }
}

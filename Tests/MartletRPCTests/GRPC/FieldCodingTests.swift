// Decides that the texts of gRPC's fields are read and written as the specification says.

import MartletCall
import MartletHTTP
import Testing

@testable import MartletRPC

@Suite struct FieldCodingTests {
  @Test(arguments: [
    ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)),
    ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("6n", .nanoseconds(6)),
    ("99999999S", .seconds(99_999_999)), ("0S", .zero), ("00000001m", .milliseconds(1)),
  ])
  func timeoutsAreRead(_ text: String, _ expected: Duration) {
    #expect(Array(text.utf8).withUnsafeBytes { GRPCTimeout.parse($0) } == expected)
  }

  @Test(arguments: ["", "S", "1", "123456789S", "-1S", "1s", "1 S", "+1S", "1.5S", "S1", "1SS"])
  func malformedTimeoutsAreRefused(_ text: String) {
    #expect(Array(text.utf8).withUnsafeBytes { GRPCTimeout.parse($0) } == nil)
  }

  @Test(arguments: [
    Duration.nanoseconds(1), .nanoseconds(99_999_999), .milliseconds(100), .seconds(98),
    .milliseconds(98_765_432), .seconds(99_999), .seconds(100_000), .seconds(99_999_998),
    .seconds(400_000_000),
  ])
  func timeoutsComeBackNoShorter(_ timeout: Duration) throws {
    let text = GRPCTimeout.text(timeout)
    #expect(text.utf8.count <= 9)
    let parsed = try #require(Array(text.utf8).withUnsafeBytes { GRPCTimeout.parse($0) })
    #expect(parsed >= timeout)
    #expect(parsed <= timeout * 1.0001 + .nanoseconds(1) || timeout >= .seconds(99_999_998))
  }

  @Test func passedTimeoutsAreZero() {
    #expect(GRPCTimeout.text(.seconds(-1)) == "0n")
    #expect(GRPCTimeout.text(.zero) == "0n")
  }

  @Test(arguments: [
    ("", ""), ("plain text!", "plain text!"), ("100%", "100%25"), ("a\nb", "a%0Ab"),
    ("ü", "%C3%BC"), ("☃", "%E2%98%83"), ("~ ", "~ "), ("\u{7F}", "%7F"), ("\0", "%00"),
    ("%41", "%2541"),
  ])
  func messagesAreEncoded(_ text: String, _ encoded: String) {
    #expect(PercentEncoding.encode(text) == encoded)
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test(arguments: [("%", "%"), ("%4", "%4"), ("%zz", "%zz"), ("a%", "a%"), ("%c3%bc", "ü")])
  func malformedMessagesAreForgiven(_ encoded: String, _ text: String) {
    #expect(PercentEncoding.decode(encoded) == text)
  }

  @Test func base64OfEveryLength() {
    for length in 0..<70 {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      let text = Base64.encode(bytes)
      #expect(!text.contains("="))
      #expect(Base64.decode(text.utf8) == bytes)
      let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
      #expect(Base64.decode(padded.utf8) == bytes)
    }
  }

  @Test(arguments: ["A", "AA=A", "A*AA", "AAAA=", "AA===", "=", "AAAAA"])
  func malformedBase64IsRefused(_ text: String) { #expect(Base64.decode(text.utf8) == nil) }

  @Test func metadataIsSorted() throws {
    let fields: HTTPFields = [
      "content-type": "application/grpc+proto", "te": "trailers", "user-agent": "x",
      "grpc-timeout": "5S", "grpc-accept-encoding": "gzip", "authorization": "Bearer secret",
      "x-text": "a, b", "x-data-bin": "AQI=,AwQ", "x-text": "c", "grpc-foo": "no",
      "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    ]
    let sorted = RequestFields(fields)
    #expect(sorted.contentType == .grpc)
    #expect(sorted.timeout == .seconds(5))
    #expect(sorted.authorization == "Bearer secret")
    #expect(sorted.trace?.span == 0xb7ad_6b71_6920_3331)
    #expect(sorted.fault == nil)
    var expected: Metadata = ["x-text": "a, b"]
    expected.add("x-data-bin", binary: [1, 2])
    expected.add("x-data-bin", binary: [3, 4])
    expected.add("x-text", "c")
    #expect(sorted.metadata == expected)
  }

  @Test func malformedFieldsAreFaults() {
    #expect(RequestFields(["grpc-timeout": "soon"]).fault?.code == .invalidArgument)
    #expect(RequestFields(["connect-timeout-ms": "12345678901"]).fault?.code == .invalidArgument)
    #expect(RequestFields(["x-bin": "***"]).fault?.code == .invalidArgument)
  }

  @Test(arguments: [
    ("application/grpc", CallContentType.grpc), ("application/grpc+proto", .grpc),
    ("Application/GRPC", .grpc), ("application/grpc; charset=utf-8", .grpc),
    ("application/grpc+json", .grpcOther), ("application/grpc-web", .grpcWeb),
    ("application/grpc-web-text", .other), ("application/json", .json),
    ("application/json; charset=utf-8", .json), ("application/proto", .proto),
    ("application/connect+json", .connectJSON),
    ("application/connect+proto", .connectProto), ("application/connect+xml", .other),
    ("text/plain", .other),
    ("application/x-www-form-urlencoded", .other), ("multipart/form-data", .other),
    ("application/jsonp", .other), ("", .other),
  ])
  func contentTypes(_ text: String, _ expected: CallContentType) {
    #expect(Array(text.utf8).withUnsafeBytes { RequestFields.contentType($0) } == expected)
  }

  @Test(arguments: [1_000, 4_000, 30_000])
  func aStatusFitsIntoWhatClientsTake(_ count: Int) throws {
    let name = String(repeating: "ü", count: count)
    var status = Status.notFound(type: "thing", name: name).with(retryAfter: .seconds(1))
    status.trailers = ["x-own": String(repeating: "t", count: 100)]
    var fields = HTTPFields()
    GRPCFields.append(status, to: &fields)
    #expect(fields.listSize <= 8 << 10)
    let read = try #require(GRPCFields.status(of: fields))
    #expect(read.code == .notFound)
    #expect(read.reason == "NOT_FOUND")
    #expect(read.message.hasPrefix("thing üü") && read.message.hasSuffix("ü…"))
    #expect(read.message.utf8.count <= 1 << 10)
    #expect(!read.trailers.isEmpty)
  }

  @Test func detailsThatDoNotFitAreLeftOut() throws {
    var fields = HTTPFields()
    GRPCFields.append(
      Status(.aborted, "no").with(
        reason: "LONG", metadata: ["k": String(repeating: "v", count: 9_000)]),
      to: &fields)
    #expect(fields["grpc-status"] == "10")
    #expect(fields["grpc-message"] == "no")
    #expect(fields["grpc-status-details-bin"] == nil)
  }

  @Test func reservedMetadataIsNeverSent() {
    var fields = HTTPFields()
    fields.append(["grpc-status": "0", ":path": "/", "x-own": "1", "content-type": "text/html"])
    #expect(fields.map(\.name) == ["x-own"])
  }

  @Test func traceContext() {
    let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    #expect(TraceContext(header: text)?.header == text)
    for bad in [
      "", "00", text.uppercased(), "ff" + text.dropFirst(2), text + "-x", text + "0",
      "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    ] { #expect(TraceContext(header: bad) == nil, "\(bad)") }
    #expect(TraceContext(header: "01" + text.dropFirst(2) + "-more") != nil)
  }
}

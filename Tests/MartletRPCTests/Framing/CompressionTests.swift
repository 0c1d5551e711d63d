// Decides that compressed messages mean what plain ones mean, over every protocol and both ways, and that none
// unfolds beyond its limit.

import MartletCall
import MartletHTTP
import MartletProto
import MartletRPC
import NIOCore
import Testing

@testable import MartletRPC

@Suite(.timeLimit(.minutes(5))) struct CompressionTests {
  /// Something that compresses well, 40,000 bytes.
  static let payload = [UInt8](repeating: 9, count: 40_000)

  @Test(arguments: [0, 1, 100, 65_535, 65_536, 65_537, 1_000_000])
  func roundTrips(_ count: Int) throws {
    var random = FastRandom(seed: UInt64(count))
    let largest: UInt8 = count % 2 == 0 ? 255 : 3
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...largest, using: &random) }
    #expect(try unzipped(zipped(bytes), limit: count) == bytes)
    // Members may follow each other.
    #expect(try unzipped(zipped(bytes) + zipped(bytes), limit: count * 2) == bytes + bytes)
  }

  @Test func bombsStopAtTheLimit() throws {
    let bomb = zipped([UInt8](repeating: 0, count: 10_000_000))
    #expect(bomb.count < 60_000)
    #expect {
      try unzipped(bomb, limit: 1_000_000)
    } throws: {
      ($0 as? Status)?.code == .resourceExhausted
    }
    #expect(try unzipped(zipped([1, 2, 3]), limit: 3) == [1, 2, 3])
    #expect(throws: Status.self) { try unzipped(zipped([1, 2, 3]), limit: 2) }
  }

  @Test func brokenStreamsAreRefused() throws {
    let whole = zipped(Self.payload)
    for count in 0..<whole.count {
      #expect(throws: Status.self, "cut at \(count)") { try unzipped(Array(whole[..<count])) }
    }
    #expect(throws: Status.self) { try unzipped(whole + [1, 2, 3]) }
  }

  @Test func acceptedLists() {
    for (list, expected) in [
      ("gzip", true), ("identity, deflate, gzip", true), ("identity,gzip;q=1.0", true),
      ("gzip ; q=0.5", true), ("x-gzip", false), ("identity", false), ("", false),
      ("GZIP", true), ("Gzip; Q=1", true), ("*", true), ("identity, *;q=0.1", true),
      ("*;q=0", false),
      ("*, gzip;q=0", false), ("gzip, *;q=0", true), ("gzip;q=0", false), ("gzip; q=0.000", false),
      ("gzipped", false),
    ] {
      let isAccepted = Array(list.utf8).withUnsafeBytes { Compression.isAccepted(in: $0) }
      #expect(isAccepted == expected, "\(list)")
    }
  }

  @Test func grpcBothWays() async throws {
    var service = TestService()
    service.unary = { ping, context in
      context.response.compresses = context.response.lastMessageWasCompressed
      return Pong(payload: ping.payload)
    }
    let client = inProcessClient(service)
    for compresses in [true, false] {
      let response = ResponseMetadata()
      let answer = try await client.unary(
        Self.payload, options: CallOptions(compresses: compresses, response: response))
      #expect(answer == Self.payload)
      #expect(response.lastMessageWasCompressed == compresses)
    }
  }

  @Test func streamsChooseFromMessageToMessage() async throws {
    var service = TestService()
    service.chat = { pings, writer, context in
      context.response.compresses = false
      for try await ping in pings {
        context.response.compresses = context.response.lastMessageWasCompressed
        try await writer.write(Pong(payload: ping.payload))
      }
    }
    let response = ResponseMetadata()
    let call = try await inProcessClient(service).open(
      EchoMethods.chat, options: CallOptions(compresses: true, response: response))
    for isOn in [true, false, true] {
      call.compressRequests(isOn)
      try await call.requests.write(Ping(payload: Self.payload))
      #expect(try await call.responses.next()?.payload == Self.payload)
      #expect(response.lastMessageWasCompressed == isOn)
    }
    try await call.finishRequests()
    #expect(try await call.responses.next() == nil)
  }

  @Test func callersWhoDoNotTakeItGetNone() async throws {
    var service = TestService()
    service.unary = { ping, context in
      context.response.compresses = true
      return Pong(payload: ping.payload)
    }
    let body = Frame(ping: Self.payload).bytes
    let plain = try await request("/test.Echo/Unary", "application/grpc", body, service: service)
    #expect(plain.frames.map(\.flag) == [0])
    #expect(plain.fields["grpc-encoding"] == nil)
    let compressed = try await request(
      "/test.Echo/Unary", "application/grpc", body,
      fields: ["grpc-accept-encoding": "identity,gzip"], service: service)
    #expect(compressed.frames.map(\.flag) == [1])
    #expect(compressed.fields["grpc-encoding"] == "gzip")
    #expect(try compressed.frames[0].payload == Self.payload)
  }

  @Test func aChoiceAfterTheHeadComesTooLate() async throws {
    var service = TestService()
    service.chat = { pings, writer, context in
      for try await ping in pings {
        try await writer.write(Pong(payload: ping.payload))
        context.response.compresses = true
      }
    }
    let answer = try await request(
      "/test.Echo/Chat", "application/grpc", Frame(ping: [1]).bytes + Frame(ping: [2]).bytes,
      fields: ["grpc-accept-encoding": "gzip"], service: service)
    #expect(answer.frames.map(\.flag) == [0, 0])
  }

  @Test func webAndConnectCompressLargeResponses() async throws {
    let body = Frame(ping: Self.payload).bytes
    let web = try await request(
      "/test.Echo/Unary", "application/grpc-web", body, fields: ["grpc-accept-encoding": "gzip"])
    #expect(web.fields["grpc-encoding"] == "gzip")
    let bare = Array(body.dropFirst(5))
    let connect = try await request(
      "/test.Echo/Unary", "application/proto", zipped(bare),
      fields: ["accept-encoding": "br, gzip", "content-encoding": "gzip"])
    #expect(connect.fields["content-encoding"] == "gzip")
    #expect(connect.body.count < 1_000)
    #expect(try unzipped(connect.body) == bare)
    let stream = try await request(
      "/test.Echo/Chat", "application/connect+proto", Frame(1, ping: Self.payload).bytes,
      fields: ["connect-accept-encoding": "gzip", "connect-content-encoding": "gzip"])
    #expect(stream.fields["connect-content-encoding"] == "gzip")
    #expect(try stream.frames[0].payload == Self.payload)
  }

  @Test(arguments: [
    ("/test.Echo/Unary", "application/grpc-web"), ("/test.Echo/Chat", "application/grpc-web"),
    ("/test.Echo/Chat", "application/connect+proto"),
  ])
  func everyLargeResponseIsCompressed(_ path: String, _ type: String) async throws {
    let transport = inProcess()
    for turn in 1...4 {
      let answer = try await transport.send(
        HTTPRequestHead(
          method: "POST", authority: "localhost", path: path,
          fields: [
            "content-type": type, "grpc-accept-encoding": "gzip", "connect-accept-encoding": "gzip",
          ]), body: Frame(ping: Self.payload).bytes)
      let frame = try #require(Frame.all(in: answer.body).first)
      #expect(frame.flag == 1, "in turn \(turn)")
      #expect(try frame.payload == Self.payload)
    }
  }

  @Test func codingsHaveNoCase() async throws {
    let answer = try await request(
      "/test.Echo/Unary", "application/grpc", Frame(1, ping: Self.payload).bytes,
      fields: ["grpc-encoding": "GZip"])
    #expect(try answer.frames.first?.payload == Self.payload)
    let connect = try await request(
      "/test.Echo/Unary", "application/proto", Array(Frame(ping: Self.payload).bytes.dropFirst(5)),
      fields: ["accept-encoding": "*", "content-encoding": "Identity"])
    #expect(connect.fields["content-encoding"] == "gzip")
  }

  @Test func bombsOverTheWire() async throws {
    let bomb = Frame(1, zipped([UInt8](repeating: 0, count: 8 << 20))).bytes
    let grpc = try await request(
      "/test.Echo/Unary", "application/grpc", bomb, fields: ["grpc-encoding": "gzip"])
    #expect(grpc.fields["grpc-status"] == "8")
    let stream = try await request(
      "/test.Echo/Collect", "application/grpc", bomb, fields: ["grpc-encoding": "gzip"])
    #expect(stream.fields["grpc-status"] == "8")
    let connect = try await request(
      "/test.Echo/Unary", "application/json", zipped([UInt8](repeating: 32, count: 8 << 20)),
      fields: ["content-encoding": "gzip"])
    #expect(connect.status == 429)
  }

  @Test func whatIsNotUnderstoodIsNamed() async throws {
    let answer = try await request(
      "/test.Echo/Unary", "application/grpc", Frame(ping: []).bytes,
      fields: ["grpc-encoding": "snappy"])
    #expect(answer.fields["grpc-status"] == "12")
    #expect(answer.fields["grpc-accept-encoding"] == "identity,gzip")
  }
}

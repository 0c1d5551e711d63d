// Decides the cases of calls that end with a status: asked for, of special characters, or because nobody serves.

import InteropProto
import MartletCall

extension InteropCase {
  static let status = [
    InteropCase(name: "status_code_and_message") { setting in
      let wanted = EchoStatus(code: 2, message: "test status message")
      let unary = try await expect(.unknown, of: "UnaryCall") {
        _ = try await setting.client.unaryCall(SimpleRequest(responseStatus: wanted))
      }
      try expect("the message", unary.message, is: wanted.message)
      let duplex = try await expect(.unknown, of: "FullDuplexCall") {
        let call = try await setting.client.fullDuplexCall()
        try await call.requests.write(StreamingOutputCallRequest(responseStatus: wanted))
        try await call.finishRequests()
        _ = try await call.responses.next()
      }
      try expect("the message", duplex.message, is: wanted.message)
    },
    InteropCase(name: "special_status_message") { setting in
      let wanted = EchoStatus(
        code: 2,
        message: "\t\ntest with whitespace\r\nand Unicode BMP \u{263A} and non-BMP \u{1F608}\t\n")
      let status = try await expect(.unknown, of: "UnaryCall") {
        _ = try await setting.client.unaryCall(SimpleRequest(responseStatus: wanted))
      }
      // Byte by byte: texts are equal by their meaning.
      try expect("the message", Array(status.message.utf8), is: Array(wanted.message.utf8))
    },
    InteropCase(name: "unimplemented_method") { setting in
      try await expect(.unimplemented, of: "UnimplementedCall") {
        _ = try await setting.client.unimplementedCall(Empty())
      }
    },
    InteropCase(name: "unimplemented_service") { setting in
      try await expect(.unimplemented, of: "UnimplementedService") {
        let client = UnimplementedServiceClient(channel: setting.channel)
        _ = try await client.unimplementedCall(Empty())
      }
    },
  ]
}

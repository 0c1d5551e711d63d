// Decides the cases of calls that their caller ends: by cancellation or by a deadline.

import InteropProto
import MartletCall

extension InteropCase {
  static let interruption = [
    InteropCase(name: "cancel_after_begin") { setting in
      // With a connection there, what follows goes out at once.
      _ = try await setting.client.emptyCall(Empty())
      try await expect(.cancelled, of: "StreamingInputCall") {
        let call = try await setting.client.streamingInputCall()
        call.cancel()
        _ = try await call.responses.next()
      }
    },
    InteropCase(name: "cancel_after_first_response") { setting in
      try await expect(.cancelled, of: "FullDuplexCall") {
        let call = try await setting.client.fullDuplexCall()
        try await call.requests.write(request(27182, for: 31415))
        try expect(try await expectNext(call.responses).payload, zeros: 31415)
        call.cancel()
        _ = try await call.responses.next()
      }
    },
    InteropCase(name: "timeout_on_sleeping_server") { setting in
      _ = try await setting.client.emptyCall(Empty())
      try await expect(.deadlineExceeded, of: "FullDuplexCall") {
        let call = try await setting.client.fullDuplexCall(
          options: CallOptions(timeout: .milliseconds(1)))
        try await call.requests.write(StreamingOutputCallRequest(payload: .zeros(27182)))
        _ = try await call.responses.next()
      }
    },
  ]
}

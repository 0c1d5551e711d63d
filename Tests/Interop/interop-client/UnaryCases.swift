// Decides the cases of one request and one response: empty_unary, large_unary, cacheable_unary.

import Glibc
import InteropProto
import MartletCall

/// Sizes that the description gives.
enum LargeUnary {
  static let requestSize = 271_828
  static let responseSize = 314_159

  /// The request of large_unary.
  static var request: SimpleRequest {
    SimpleRequest(responseSize: Int32(responseSize), payload: .zeros(requestSize))
  }
}

extension InteropCase {
  static let unary = [
    InteropCase(name: "empty_unary") { setting in
      try expect("the response", try await setting.client.emptyCall(Empty()), is: Empty())
    },
    InteropCase(name: "large_unary") { setting in
      let response = try await setting.client.unaryCall(LargeUnary.request)
      try expect(response.payload, zeros: LargeUnary.responseSize)
    },
    InteropCase(name: "cacheable_unary") { setting in
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      let now = "\(time.tv_sec)\(String(time.tv_nsec + 1_000_000_000).dropFirst())"
      let request = SimpleRequest(payload: Payload(body: Array(now.utf8)))
      let options = CallOptions(metadata: ["x-user-ip": "1.2.3.4"])
      let first = try await setting.client.cacheableUnaryCall(request, options: options)
      let second = try await setting.client.cacheableUnaryCall(request, options: options)
      for response in [first, second] where response.payload?.body.isEmpty ?? true {
        throw CaseFailure(description: "a response has no payload")
      }
      // A server on its own answers each request anew; only a proxy makes the answers one.
      if setting.hasCachingProxy {
        try expect("the second payload", second.payload, is: first.payload)
      }
    },
  ]
}

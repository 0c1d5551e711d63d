// Decides that the pure policies refuse what they must: foreign hosts and origins, endless calls, storms of
// retries.

import MartletCall
import Testing

@testable import MartletRPC

@Suite struct PolicyTests {
  @Test(
    arguments: [
      ("localhost:4200", nil), ("127.0.0.1:4200", nil), ("127.8.9.1", nil), ("[::1]:4200", nil),
      ("LOCALHOST", nil), ("localhost:4200", "http://localhost:4200"),
      ("runs.example.com", "https://ui.example.com"), ("Runs.Example.com:443", nil),
      ("127.0.0.1:4200", "http://127.0.0.1:4200"),
    ] as [(String, String?)])
  func served(_ authority: String, _ origin: String?) {
    let policy = OriginPolicy(
      allowedHosts: ["runs.example.com"], allowedOrigins: ["https://ui.example.com"])
    #expect(policy.refusal(authority: authority, origin: origin) == nil)
  }

  @Test(
    arguments: [
      ("", nil), ("evil.example", nil), ("evil.example:4200", nil), ("127.0.0.1.evil.example", nil),
      ("localhost.evil.example", nil), ("127.0.0.999", nil), ("127.1", nil), ("[::2]:1", nil),
      ("localhost:4200", "http://evil.example"), ("localhost:4200", "null"),
      ("localhost:4200", "http://localhost:3000"), ("localhost:4200", ""),
      ("localhost:4200", "http://localhost:4200.evil.example"),
      ("evil.example", "http://evil.example"),
    ] as [(String, String?)])
  func refused(_ authority: String, _ origin: String?) {
    #expect(OriginPolicy.loopback.refusal(authority: authority, origin: origin) != nil)
  }

  @Test func anyHostStillChecksOrigins() {
    let policy = OriginPolicy(allowsAnyHost: true)
    #expect(policy.refusal(authority: "x.example", origin: nil) == nil)
    #expect(policy.refusal(authority: "x.example", origin: "https://x.example") == nil)
    #expect(policy.refusal(authority: "x.example", origin: "https://y.example") != nil)
  }

  @Test(arguments: [
    ("*", "name each origin"), ("https://ui.example.com/", "write it https://ui.example.com"),
    ("https://ui.example.com/a/b", "write it https://ui.example.com"),
    ("HTTPS://UI.example.com", "write it https://ui.example.com"),
    ("https://a.example:443", "write it https://a.example"), ("http://a:80/", "write it http://a"),
    ("ui.example.com", "a scheme and a host"), ("", "a scheme and a host"),
    ("https://", "a scheme and a host"), ("://a", "a scheme and a host"),
    ("\u{212A}\u{212A}://x", "write it kk://x"),
  ])
  func originsThatNoBrowserSends(_ origin: String, _ remedy: String) {
    #expect(OriginPolicy.fault(inAllowed: origin)?.contains(remedy) == true)
  }

  @Test(arguments: [
    "https://ui.example.com", "http://localhost:8443", "https://[::1]:81", "chrome-extension://abc",
    "https://a:80",
  ])
  func originsThatBrowsersSend(_ origin: String) {
    #expect(OriginPolicy.fault(inAllowed: origin) == nil)
  }

  @Test func deadlines() {
    let policy = DeadlinePolicy(
      unaryDefault: .seconds(10), unaryMaximum: .seconds(20), streamMaximum: nil)
    #expect(policy.timeout(asked: nil, kind: .unary) == .seconds(10))
    #expect(policy.timeout(asked: .seconds(15), kind: .unary) == .seconds(15))
    #expect(policy.timeout(asked: .seconds(99), kind: .unary) == .seconds(20))
    #expect(policy.timeout(asked: nil, kind: .bidirectional) == nil)
    #expect(policy.timeout(asked: .seconds(99), kind: .serverStreaming) == .seconds(99))
    let streams = DeadlinePolicy(unaryDefault: nil, unaryMaximum: nil, streamMaximum: .seconds(5))
    #expect(streams.timeout(asked: nil, kind: .unary) == nil)
    #expect(streams.timeout(asked: nil, kind: .clientStreaming) == .seconds(5))
  }

  @Test func backoffGrowsToItsMaximum() {
    let backoff = Backoff(
      initial: .milliseconds(100), maximum: .seconds(2), multiplier: 2, jitter: 0)
    var random = FastRandom(seed: 1)
    let delays = (1...7).map { backoff.delay(afterFailures: $0, using: &random) }
    for (delay, milliseconds) in zip(delays, [100, 200, 400, 800, 1600, 2000, 2000]) {
      #expect(abs((delay / .milliseconds(1)) - Double(milliseconds)) < 0.001)
    }
    let spread = Backoff(initial: .seconds(1), maximum: .seconds(2), multiplier: 2, jitter: 0.5)
    for seed in 0..<100 as Range<UInt64> {
      var random = FastRandom(seed: seed)
      let delay = spread.delay(afterFailures: 1, using: &random)
      #expect(delay >= .milliseconds(500) && delay <= .milliseconds(1500), "seed \(seed)")
    }
  }

  @Test func retriesOnlyWhereSafe() {
    let policy = RetryPolicy(attempts: 3)
    func delay(
      _ code: StatusCode, failures: Int = 1, unprocessed: Bool = false,
      _ idempotency: MethodDescriptor.Idempotency = .noSideEffects, timeLeft: Duration? = nil,
      retryAfter: Duration? = nil
    ) -> Duration? {
      var random = FastRandom(seed: 7)
      var status = Status(code)
      if let retryAfter { status = status.with(retryAfter: retryAfter) }
      return policy.delay(
        after: status, failures: failures, unprocessed: unprocessed, idempotency: idempotency,
        timeLeft: timeLeft, using: &random)
    }
    #expect(delay(.unavailable) != nil)
    #expect(delay(.unavailable, .idempotent) != nil)
    #expect(delay(.unavailable, .unknown) == nil)
    #expect(delay(.unavailable, unprocessed: true, .unknown) == .zero)
    #expect(delay(.unavailable, failures: 3) == nil)
    #expect(delay(.aborted) == nil)
    #expect(delay(.internal) == nil)
    #expect(delay(.unavailable, timeLeft: .nanoseconds(1)) == nil)
    #expect(delay(.unavailable, retryAfter: .seconds(9)) == .seconds(9))
    #expect(delay(.unavailable, timeLeft: .seconds(5), retryAfter: .seconds(9)) == nil)
  }
}

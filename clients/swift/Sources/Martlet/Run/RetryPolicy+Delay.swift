// Decides how a program says that its runs are tried again, and how long it waits when the server cannot say.

public import MartletProto

extension RetryPolicy {
  /// So many retries, each after its delay; the last delay repeats, none means at once.
  public static func retries(_ count: Int, delays: [Duration] = []) -> RetryPolicy {
    RetryPolicy(maxRetries: Int32(clamping: count), delays: delays)
  }

  /// So many retries with growing delays.
  public static func exponential(
    max count: Int, first: Duration, factor: Double = 2, longest: Duration? = nil
  ) -> RetryPolicy {
    var policy = RetryPolicy(maxRetries: Int32(clamping: count))
    policy.exponential = Exponential(first: first, factor: factor, max: longest)
    return policy
  }

  /// The delay before a retry, without the jitter, which is the server's.
  func delay(before retry: Int32) -> Duration {
    guard let exponential else {
      guard let last = delays.last else { return .zero }
      return Int(retry) <= delays.count ? delays[Int(retry) - 1] : last
    }
    let longest = exponential.max ?? .seconds(30 * 86_400)
    var delay = exponential.first ?? .zero
    for _ in 1..<max(1, retry) where delay < longest {
      delay = delay * (exponential.factor == 0 ? 2 : exponential.factor)
    }
    return min(delay, longest)
  }
}

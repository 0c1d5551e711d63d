// Decides which policies a run may bring along.

extension RetryPolicy {
  /// Most retries of a run.
  public static let mostRetries: Int32 = 1000
  /// Most delays in a list.
  public static let mostDelays = 100
  /// The longest delay.
  public static let longestDelay = Interval.hours(24 * 30)

  /// Checks a policy that a client asks for.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  func validate(_ field: String) throws(InvalidValue) {
    guard (0...Self.mostRetries).contains(maxRetries) else {
      throw InvalidValue("\(field).max_retries", "must be from 0 to \(Self.mostRetries)")
    }
    guard jitter >= 0, jitter <= 1 else {
      throw InvalidValue("\(field).jitter", "must be from 0 to 1")
    }
    let allowed = Interval.zero...Self.longestDelay
    switch delay {
    case .listed(let delays):
      guard delays.count <= Self.mostDelays else {
        throw InvalidValue(
          "\(field).delays", "has \(delays.count) delays: at most \(Self.mostDelays)")
      }
      guard delays.allSatisfy(allowed.contains) else {
        throw InvalidValue("\(field).delays", "must each be from 0 s to 30 days")
      }
    case .exponential(let first, let factor, let longest):
      guard first > .zero, first <= Self.longestDelay else {
        throw InvalidValue("\(field).exponential.first", "must be above 0 s, up to 30 days")
      }
      guard factor >= 1, factor <= 100 else {
        throw InvalidValue("\(field).exponential.factor", "must be from 1 to 100")
      }
      guard longest >= first, longest <= Self.longestDelay else {
        throw InvalidValue(
          "\(field).exponential.max", "must be from the first delay to 30 days")
      }
    }
  }
}

extension LossPolicy {
  /// Checks a policy that a client asks for.
  func validate(_ field: String) throws(InvalidValue) {
    guard case .rerun(let most) = self else { return }
    guard (1...RetryPolicy.mostRetries).contains(most) else {
      throw InvalidValue("\(field).max_reruns", "must be from 1 to \(RetryPolicy.mostRetries)")
    }
  }
}

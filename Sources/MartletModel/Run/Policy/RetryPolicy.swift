// Decides when a failed run is tried again: how often, after which delay, and by whom.

/// How a run is tried again after it failed.
public struct RetryPolicy: Sendable, Equatable {
  /// How often it is tried again, beside the first attempt.
  public var maxRetries: Int32
  /// How long each retry waits.
  public var delay: Delay
  /// By which part of a delay it may be shorter or longer, from 0 to 1; spreads runs that fail together.
  public var jitter: Double
  /// Who tries again.
  public var mode: Mode
  /// Whether a crash that the owner reports is tried again too.
  public var retriesCrashes: Bool

  /// The delays before the retries.
  public enum Delay: Sendable, Equatable {
    /// One for each retry; the last repeats, none means at once.
    case listed([Interval])
    /// `first`, then `factor` times the one before, at most `longest`.
    case exponential(first: Interval, factor: Double, longest: Interval)
  }

  /// Who tries again.
  ///
  /// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
  public enum Mode: Int16, Sendable, Hashable, CaseIterable {
    /// The owner keeps the run and starts it again; if its lease lapses, whoever claims it next.
    case inProcess = 1
    /// The owner lets the run go; whoever claims it next.
    case reschedule = 2
  }

  /// Makes a policy.
  public init(
    maxRetries: Int32, delay: Delay = .listed([]), jitter: Double = 0, mode: Mode = .inProcess,
    retriesCrashes: Bool = false
  ) {
    self.maxRetries = maxRetries
    self.delay = delay
    self.jitter = jitter
    self.mode = mode
    self.retriesCrashes = retriesCrashes
  }

  /// How long a retry waits. The jitter is no chance: it follows from the run and the retry, so that a
  /// decision that is taken again is the same.
  ///
  /// - Parameter retry: 1 for the first.
  public func delay(before retry: Int32, of run: RunID) -> Interval {
    let length: Double
    var most = Double.infinity
    switch delay {
    case .listed(let delays):
      guard let last = delays.last else { return .zero }
      length = Double((retry <= delays.count ? delays[Int(retry) - 1] : last).microseconds)
    case .exponential(let first, let factor, let longest):
      var value = Double(first.microseconds)
      // Counted, not raised to a power: the same in every implementation of the mathematics.
      for _ in 1..<max(1, retry) where value < Double(longest.microseconds) { value *= factor }
      most = Double(longest.microseconds)
      length = min(value, most)
    }
    guard jitter > 0 else { return Interval(microseconds: Int64(length)) }
    var hash = StableHash()
    hash.add(run.value)
    hash.add(Int64(retry))
    let part = Double(hash.finish().0 >> 11) / Double(UInt64(1) << 53)
    // Spread over what is left below the longest delay, so that those that have reached it are not all due at once.
    let least = length * (1 - jitter)
    return Interval(
      microseconds: Int64(least + part * (min(length * (1 + jitter), most) - least)))
  }
}

// Decides how long to wait before the next attempt to reconnect: doubled each time, jittered.

/// A growing pause between attempts. Pure: randomness is an argument.
struct Backoff: Equatable {
  private let range: ClosedRange<Duration>
  private var next: Duration

  init(_ range: ClosedRange<Duration>) {
    self.range = range
    next = range.lowerBound
  }

  /// The pause before the next attempt: between half and all of the current step.
  mutating func pause(using generator: inout some RandomNumberGenerator) -> Duration {
    let step = next
    next = min(next * 2, range.upperBound)
    return step * Double.random(in: 0.5...1, using: &generator)
  }

  /// Starts over after a success.
  mutating func reset() {
    next = range.lowerBound
  }
}

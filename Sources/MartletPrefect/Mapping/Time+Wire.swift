// Decides how times cross: microseconds on Prefect's side, seconds and nanoseconds in messages.

internal import MartletModel
internal import MartletWire

extension Instant {
  /// A time of a message; what is finer than a microsecond is cut off.
  init(_ timestamp: Timestamp) {
    self.init(microseconds: timestamp.seconds &* 1_000_000 &+ Int64(timestamp.nanos) / 1000)
  }

  /// The time as a message has it.
  var timestamp: Timestamp {
    let micros = (microseconds % 1_000_000 + 1_000_000) % 1_000_000
    return Timestamp(
      seconds: (microseconds - micros) / 1_000_000, nanos: Int32(micros * 1000))
  }
}

extension Duration {
  /// The length in seconds, as Prefect writes lengths.
  var seconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}

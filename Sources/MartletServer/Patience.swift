// Decides how long a call may be held open: as long as it asks, a minute at most, and no longer than its caller listens.

internal import MartletCall
internal import MartletModel

/// How long a call that waits is held open.
struct Patience: Sendable {
  /// The longest.
  static let most = Duration.seconds(60)
  /// How long before its caller gives up it is answered, so that the answer is still heard.
  private static let margin = Duration.milliseconds(250)

  /// How long.
  let length: Duration

  /// Reads what a caller asks for; nothing is no wait at all.
  ///
  /// - Throws: `InvalidValue`, which names the field.
  init(_ asked: Duration?, _ field: String = "wait") throws(InvalidValue) {
    length = asked ?? .zero
    guard (.zero...Self.most).contains(length) else {
      throw InvalidValue(field, "must be from 0 to 60 seconds: ask again when that is over")
    }
  }

  /// When the call is answered whatever has come until then.
  func end(_ context: CallContext) -> ContinuousClock.Instant {
    let end = ContinuousClock.now + length
    return context.deadline.map { min(end, $0 - Self.margin) } ?? end
  }
}

// Decides how large the values of a run and its states may be. They are checked before a report is
// batched, so that no data error reaches the transaction of others.

/// The sizes a run and its states may have.
public enum RunLimits {
  /// Longest name of a state, in bytes.
  public static let stateName = 200
  /// Longest message of a state, in bytes.
  public static let message = 16 << 10
  /// Longest annotations of a state, in bytes of JSON.
  public static let annotations = 64 << 10
  /// Longest type of an error, or key of a pause, in bytes.
  public static let word = 500
  /// Longest text of an error, in bytes.
  public static let errorMessage = 64 << 10
  /// Longest traceback, in bytes.
  public static let traceback = 256 << 10
  /// Largest payload carried inline, and longest JSON of parameters and schemas, in bytes.
  public static let inline = 256 << 10
  /// Longest name of a run, definition or version, in bytes.
  public static let name = 500
  /// Longest address of a payload, in bytes.
  public static let address = 4 << 10
  /// Most labels of a run.
  public static let labels = 64
  /// Longest key of a label, in bytes.
  public static let labelKey = 128
  /// Longest value of a label, or tag, in bytes.
  public static let labelValue = 512
  /// Most tags of a run.
  public static let tags = 64
  /// Most edges into a run.
  public static let dependencies = 1000
  /// The longest a run may ask to be allowed to run.
  public static let longestTimeout = Interval.hours(24 * 366)
  /// Times outside 0001-01-01 to 9999-12-31 are refused, as in protobuf.
  public static let times =
    Instant(
      microseconds: -62_135_596_800_000_000)...Instant(
      microseconds: 253_402_300_799_999_999)
}

extension InvalidValue {
  /// Checks that a text is short enough and holds no NUL, which Postgres cannot store.
  static func check(_ text: String, _ field: String, limit: Int) throws(InvalidValue) {
    // A small string can be neither too long nor slow to look through.
    guard text.utf8.count <= limit else {
      throw InvalidValue(field, "is \(text.utf8.count) bytes long: at most \(limit) are kept")
    }
    if text.utf8.contains(0) { throw InvalidValue(field, "holds a NUL character") }
  }

  /// Checks that a time can be written.
  static func check(_ time: Instant?, _ field: String) throws(InvalidValue) {
    guard let time, !RunLimits.times.contains(time) else { return }
    throw InvalidValue(field, "is outside the years 1 to 9999")
  }

  /// Checks that labels are few and short enough.
  static func check(labels: [String: String], _ field: String) throws(InvalidValue) {
    if labels.count > RunLimits.labels {
      throw InvalidValue(field, "has \(labels.count) labels: at most \(RunLimits.labels)")
    }
    for (key, value) in labels {
      try check(key, field, limit: RunLimits.labelKey)
      if key.isEmpty { throw InvalidValue(field, "has an empty key") }
      try check(value, "\(field).\(key)", limit: RunLimits.labelValue)
    }
  }
}

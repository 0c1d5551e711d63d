// Decides how a time is written in a filter.

import MartletModel
import MartletWire

extension Timestamp {
  /// The time as RFC 3339 writes it, in UTC.
  var rfc3339: String {
    Instant(microseconds: seconds * 1_000_000 + Int64(nanos) / 1000).rfc3339
  }
}

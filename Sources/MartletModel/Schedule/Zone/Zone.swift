// Decides what a clock on the wall of a place shows at an instant: the transitions of a zone, then its rule for ever.

/// A time zone: its name and what is known of its clocks. A pure value; see `init(name:tzif:)` for where it comes from.
public struct Zone: Sendable, Hashable {
  /// The name: `Europe/Berlin`.
  public let name: String
  /// The offset before the first transition, in seconds east of UTC.
  let firstOffset: Int
  /// When the offset changes, in seconds since the epoch, ascending.
  let transitions: [Int]
  /// The offset from each transition on.
  let offsets: [Int]
  /// What goes on after the last transition.
  let rule: ZoneRule?
  /// What clocks with an offset are called, lately.
  let abbreviations: [Int: String]

  /// Coordinated universal time, which needs no data.
  public static let utc = Zone(name: "UTC", firstOffset: 0, transitions: [], offsets: [], rule: nil)

  init(
    name: String, firstOffset: Int, transitions: [Int], offsets: [Int], rule: ZoneRule?,
    abbreviations: [Int: String] = [:]
  ) {
    self.name = name
    self.firstOffset = firstOffset
    self.transitions = transitions
    self.offsets = offsets
    self.rule = rule
    self.abbreviations = abbreviations
  }

  /// What the zone's clocks are called while they have an offset, such as `CEST`; empty where nobody calls them anything.
  public func abbreviation(offset: Int) -> String {
    abbreviations[offset] ?? (offset == 0 ? "UTC" : "")
  }

  /// A stretch of time with one offset.
  struct Span {
    /// The first second.
    var start: Int
    /// The second after the last.
    var end: Int
    /// Seconds east of UTC.
    var offset: Int
    /// The offsets before and after, the same where time has no beginning or end.
    var offsetBefore: Int
    var offsetAfter: Int

    /// Local times that the clock jumped over when this stretch began.
    var gap: Range<Int>? {
      offset > offsetBefore ? start + offsetBefore..<start + offset : nil
    }
    /// Local times at the beginning of this stretch that were shown before.
    var repeats: Range<Int>? {
      offset < offsetBefore ? start + offset..<start + offsetBefore : nil
    }
    /// Local times at the end of this stretch that will be shown again.
    var repeated: Range<Int>? {
      offsetAfter < offset ? end + offsetAfter..<end + offset : nil
    }
  }

  /// The stretch that has an instant, which is given in seconds since the epoch.
  func span(at second: Int) -> Span {
    var low = 0
    var high = transitions.count
    while low < high {
      let middle = (low + high) / 2
      if transitions[middle] <= second { low = middle + 1 } else { high = middle }
    }
    if low == transitions.count, let rule { return span(at: second, by: rule) }
    let offset = low == 0 ? firstOffset : offsets[low - 1]
    return Span(
      start: low == 0 ? .min / 2 : transitions[low - 1],
      end: low < transitions.count ? transitions[low] : .max / 2,
      offset: offset,
      offsetBefore: low == 0 ? offset : low == 1 ? firstOffset : offsets[low - 2],
      offsetAfter: low < transitions.count ? offsets[low] : offset)
  }

  /// The stretch after the transitions that are listed.
  private func span(at second: Int, by rule: ZoneRule) -> Span {
    let last = transitions.last ?? .min / 2
    let lastOffset = offsets.last ?? firstOffset
    var span = Span(
      start: last, end: .max / 2, offset: lastOffset,
      offsetBefore: offsets.count > 1 ? offsets[offsets.count - 2] : firstOffset,
      offsetAfter: lastOffset)
    if offsets.isEmpty { span.offsetBefore = lastOffset }
    let year = LocalTime(seconds: second).date.year
    for change in rule.changes(around: year) where change.at > last {
      if change.at > second {
        if change.offset != span.offset {
          span.end = change.at
          span.offsetAfter = change.offset
          break
        }
      } else if change.offset != span.offset {
        span.start = change.at
        span.offsetBefore = span.offset
        span.offset = change.offset
      }
    }
    return span
  }

  /// What the clock shows at an instant.
  public func local(at instant: Instant) -> LocalTime {
    let second = instant.microseconds.dividedDown(by: 1_000_000)
    return LocalTime(seconds: Int(second) + span(at: Int(second)).offset)
  }

  /// How far the clock is east of UTC at an instant, in seconds.
  public func offset(at instant: Instant) -> Int {
    span(at: Int(instant.microseconds.dividedDown(by: 1_000_000))).offset
  }
}

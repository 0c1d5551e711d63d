// Decides when triggers that are put together fire: which firings of their parts are kept, for how long, and when they are
// enough. Pure: the times are those of the firings.

/// That a part of a trigger fired.
public struct PartFiring: Sendable, Hashable {
  /// Which part, from 0.
  public var position: Int
  /// When.
  public var time: Instant
  /// The event that it fired at; empty for one that fired for want of events.
  public var eventID: String

  /// Notes a firing.
  public init(position: Int, time: Instant, eventID: String) {
    self.position = position
    self.time = time
    self.eventID = eventID
  }
}

/// How several triggers make one.
public struct TriggerComposition: Sendable, Hashable {
  /// How many parts there are.
  public var count: Int
  /// How many of them must fire.
  public var required: Int
  /// Whether they must fire one after the other, as they are written; then all are required.
  public var isOrdered: Bool
  /// The longest time from the first to the last; nil for any.
  public var within: Interval?

  /// What becomes of the firings of parts.
  public struct Step: Sendable, Hashable {
    /// What is kept, the first first.
    public var gathered: [PartFiring]
    /// What made the whole fire.
    public var fired: [PartFiring]?
  }

  /// Takes the firing of a part to those that are kept. Of each part the latest firing counts; what made the whole fire does
  /// not count again.
  public func step(_ gathered: [PartFiring], _ firing: PartFiring) -> Step {
    if required == 1 { return Step(gathered: [], fired: [firing]) }
    var rest = gathered
    if let place = rest.firstIndex(where: { $0.position == firing.position }) {
      // It came after one that happened later.
      guard rest[place].time <= firing.time else { return Step(gathered: gathered) }
      rest.remove(at: place)
    }
    // Of two at the same time, the one that was heard of first is the first.
    let place = rest.firstIndex { $0.time > firing.time } ?? rest.endIndex
    rest.insert(firing, at: place)
    if let within, let newest = rest.last?.time {
      rest.removeAll { $0.time + within < newest }
    }
    let isEnough =
      isOrdered ? rest.map(\.position) == Array(0..<count) : rest.count >= required
    return isEnough ? Step(gathered: [], fired: rest) : Step(gathered: rest)
  }
}

extension PartFiring {
  /// The firing as it is kept.
  public var json: JSON {
    .object([
      ("position", .integer(position)), ("time", .integer(Int(time.microseconds))),
      ("event_id", .text(eventID)),
    ])
  }

  /// Reads what ``json`` wrote; nil for anything else.
  public init?(json: JSON) {
    guard case .number(let position)? = json["position"], let place = Int(position.description),
      case .number(let time)? = json["time"], let microseconds = Int64(time.description),
      case .string(let id)? = json["event_id"]
    else { return nil }
    self.init(position: place, time: Instant(microseconds: microseconds), eventID: id.text)
  }
}

extension EventTrigger {
  /// When a firing was: at its event, or at the end of the window in which too few came.
  public func time(of firing: TriggerFiring, event: TriggerEvent?) -> Instant {
    posture == .proactive ? firing.start + within : event?.time ?? firing.start
  }
}

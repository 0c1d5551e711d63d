// Decides what a trigger over single events is, and which events are its concern.

/// A trigger that counts events.
public struct EventTrigger: Sendable, Hashable {
  /// When it fires.
  public enum Posture: String, Sendable, Hashable {
    /// When enough events came.
    case reactive = "Reactive"
    /// When too few events came in time.
    case proactive = "Proactive"
  }

  /// Its id, for those who gave it one.
  public var id: UUIDValue?
  /// When it fires.
  public var posture: Posture
  /// What the resource must be.
  public var match = ResourcePattern()
  /// What related resources there must be, one for each pattern.
  public var matchRelated: [ResourcePattern] = []
  /// The names of events that open a window; without any, windows open by themselves.
  public var after: Set<String> = []
  /// The names of events that are counted; all when empty.
  public var expect: Set<String> = []
  /// Labels: each combination of their values is counted apart.
  public var forEach: [String] = []
  /// How many events are enough.
  public var threshold = 1
  /// How long a window is.
  public var within = Interval.zero

  /// The shortest window of a proactive trigger.
  public static let shortestAbsence = Interval.seconds(10)
  /// How long a window is kept after its end, for events that come out of order.
  public static let lateness = Interval.seconds(900)

  /// Makes a trigger that counts every event.
  public init(_ posture: Posture) {
    self.posture = posture
    if posture == .proactive { within = Self.shortestAbsence }
  }

  /// What an event is to the trigger.
  struct Concern: Equatable {
    /// Whether it opens a window.
    var opens: Bool
    /// Whether it is counted.
    var counts: Bool
  }

  /// What an event is to the trigger; nil when it is nothing.
  func concern(_ event: TriggerEvent) -> Concern? {
    let concern = Concern(
      opens: Self.name(event, isIn: after), counts: expect.isEmpty || Self.name(event, isIn: expect)
    )
    guard concern.opens || concern.counts, match.matches(event.resource),
      matchRelated.allSatisfy({ pattern in
        pattern.labels.isEmpty || event.related.contains(where: pattern.matches)
      })
    else { return nil }
    return concern
  }

  /// The values by which an event is counted apart; nil when it is none of the trigger's concern.
  public func key(of event: TriggerEvent) -> [String]? {
    guard concern(event) != nil else { return nil }
    return forEach.map { event.label($0) ?? "" }
  }

  private static func name(_ event: TriggerEvent, isIn patterns: Set<String>) -> Bool {
    patterns.contains { pattern in
      event.names.contains { LabelPattern.fits(pattern[...], $0) }
    }
  }
}

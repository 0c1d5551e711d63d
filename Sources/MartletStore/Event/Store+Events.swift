// Decides how events are listed and counted: transitions from the history and published events from their table, as one.

public import MartletModel
import MartletPostgres

/// An event of either sort.
public enum AnyEvent: Sendable, Equatable {
  /// One that a program published.
  case published(Event)
  /// A transition of a run.
  case transition(TransitionEvent)

  /// When it happened.
  public var time: Instant {
    switch self {
    case .published(let event): event.time
    case .transition(let event): event.time
    }
  }
}

/// A place among events, the latest first: by time, transitions before published ones, then by key.
public struct EventPosition: Sendable, Equatable {
  /// The time.
  public var time: Instant
  /// The event's id, or the run's.
  public var id: ObjectID
  /// Which transition of the run; nil for a published event.
  public var revision: Int64?

  /// Makes a place.
  public init(time: Instant, id: ObjectID, revision: Int64? = nil) {
    self.time = time
    self.id = id
    self.revision = revision
  }

  /// The place of an event.
  public init(_ event: AnyEvent) {
    switch event {
    case .published(let event): self.init(time: event.time, id: event.id)
    case .transition(let event):
      self.init(time: event.time, id: ObjectID(event.runID.value), revision: event.revision)
    }
  }
}

/// Events that belong together.
public struct EventCount: Sendable, Equatable {
  /// Their name; empty when they are counted by hour.
  public var name: String
  /// Their hour; nil when they are counted by name.
  public var hour: Instant?
  /// How many there are.
  public var count: Int64
}

extension Store {
  /// How far back the first look goes; each further look goes eight times as far.
  private static let firstStretch = Interval.seconds(60)
  private static let last = ObjectID(high: .max, low: .max)

  /// Lists events, the latest first.
  public func listEvents(
    _ filter: EventFilter, in namespace: Namespace, before place: EventPosition? = nil, limit: Int,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [AnyEvent] {
    let floor = filter.from ?? RunLimits.times.lowerBound
    var place = place
    if let ceiling = filter.to, place.map({ $0.time > ceiling }) ?? true {
      place = EventPosition(time: ceiling, id: Self.last, revision: .max)
    }
    var from = place?.time ?? .systemClock
    var stretch = Self.firstStretch
    var found: [AnyEvent] = []
    // History has no index by time but a summary, which answers for a stretch: the newest ones first.
    let isNarrow = filter.runID != nil || filter.resourceID != nil
    while true {
      from = from + Interval(microseconds: -stretch.microseconds)
      if isNarrow || from < floor || stretch > .hours(24 * 90) { from = floor }
      let page = try await stretchOfEvents(
        filter, namespace, from: from, before: place, limit: limit - found.count, deadline)
      found += page
      if found.count >= limit || from <= floor { return found }
      // What is left of this stretch is nothing; the next one begins below it.
      place = EventPosition(time: from + Interval(microseconds: -1), id: Self.last, revision: .max)
      stretch = Interval(microseconds: stretch.microseconds * 8)
    }
  }

  private func stretchOfEvents(
    _ filter: EventFilter, _ namespace: Namespace, from: Instant, before place: EventPosition?,
    limit: Int, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [AnyEvent] {
    let to = place?.time ?? RunLimits.times.upperBound
    return try await read(deadline) { connection in
      var events: [AnyEvent] = []
      if let scope = filter.transitions {
        let last = place?.revision == nil && place != nil ? ObjectID(high: 0, low: 0) : nil
        try connection.query(SQL.listTransitionEvents) {
          $0.bind(namespace)
          $0.bind(from)
          $0.bind(to)
          $0.bind(last ?? place?.id ?? Self.last)
          $0.bind(filter.name?.equal)
          $0.bind(filter.name?.prefix)
          $0.bind(scope.kind)
          $0.bind(scope.run)
          $0.bind(Int64(limit))
          $0.bind(last == nil ? place?.revision ?? .max : 0)
        }.forEach { row throws(PostgresError) in
          events.append(.transition(try TransitionEvent(row)))
        }
      }
      if filter.admitsPublished {
        try connection.query(SQL.listEvents) {
          $0.bind(namespace)
          $0.bind(from)
          $0.bind(to)
          $0.bind(place?.revision == nil ? place?.id ?? Self.last : Self.last)
          $0.bind(filter.name?.equal)
          $0.bind(filter.name?.prefix)
          $0.bind(filter.resourceID)
          $0.bind(filter.runID)
          $0.bind(Int64(limit))
        }.forEach { row throws(PostgresError) in events.append(.published(try Event(row))) }
      }
      // Each list is in order, transitions first: a stable merge by time is the order of places.
      return Array(
        events.enumerated().sorted {
          $0.element.time != $1.element.time
            ? $0.element.time > $1.element.time : $0.offset < $1.offset
        }.prefix(limit).map(\.element))
    }
  }

  /// Counts events by name, the most frequent first, or by hour, the latest first; of the last day when the
  /// filter names no time.
  public func countEvents(
    _ filter: EventFilter, byHour: Bool, in namespace: Namespace,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [EventCount] {
    let isOpen = filter.from == nil && filter.to == nil
    let from = filter.from ?? (isOpen ? .systemClock + .hours(-24) : RunLimits.times.lowerBound)
    let scope = filter.transitions
    return try await read(deadline) { connection in
      try connection.query(SQL.countEvents) {
        $0.bind(namespace)
        $0.bind(from)
        $0.bind(filter.to ?? RunLimits.times.upperBound)
        $0.bind(filter.name?.equal)
        $0.bind(filter.name?.prefix)
        $0.bind(filter.resourceID)
        $0.bind(scope?.kind)
        $0.bind(filter.runID)
        $0.bind(scope?.run)
        $0.bind(filter.admitsPublished)
        $0.bind(scope != nil)
        $0.bind(byHour)
      }.map { row throws(PostgresError) in
        EventCount(name: try row.get(0), hour: try row.optional(1), count: try row.get(2))
      }
    }
  }
}

extension EventFilter.Name {
  fileprivate var equal: String? {
    if case .equal(let text) = self { text } else { nil }
  }
  fileprivate var prefix: String? {
    if case .prefix(let text) = self { text } else { nil }
  }
}

extension TransitionEvent {
  /// Reads a row with the columns of `list_transition_events`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    self.init(
      runID: try row.get(0), revision: try row.get(1), namespace: try row.get(2),
      time: try row.get(3), from: try row.optional(4), fromName: try row.get(5),
      to: try row.get(6), toName: try row.get(7), message: try row.get(8), epoch: try row.get(9),
      attempt: try row.get(10), rule: try row.get(11), actor: try row.get(12),
      run: RunCaption(
        kind: try row.get(13), name: try row.get(14), definition: try row.get(15)))
  }
}

// Decides what automations read of the feed: whole transactions below the horizon, each event once.

public import MartletModel
import MartletPostgres

/// How far events have been put to triggers.
public struct AutomationCursor: Sendable, Equatable {
  /// The life of the database.
  public var generation: Int64
  /// The last transaction.
  public var transaction: Int64
  /// Another one after each move.
  public var version: Int64

  /// Before all events.
  public static let beginning = AutomationCursor(generation: 0, transaction: 0, version: 0)
}

/// An automation whose trigger sees events, without what it is.
public struct LiveAutomation: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// What it is has this one.
  public var etag: Int64
  /// Events from then on are its concern.
  public var beginTime: Instant
}

/// What happened since the cursor.
public struct AutomationNews: Sendable {
  /// An event with its place.
  public struct Item: Sendable {
    /// As triggers see it.
    public var event: TriggerEvent
    /// Its namespace.
    public var namespace: Namespace
    /// When it was stored.
    public var arrival: Instant
  }

  /// In the order of commit.
  public var items: [Item]
  /// The cursor after them; its version is still the one before.
  public var cursor: AutomationCursor
  /// The time of the database.
  public var now: Instant
  /// Whether there is more to read at once.
  public var hasMore: Bool
  /// Whether transactions that still run hold back others.
  public var isHeldBack: Bool
}

extension Store {
  /// The cursor, and which automations see events.
  public func liveAutomations() async throws(StoreError) -> (AutomationCursor, [LiveAutomation]) {
    try await read { connection in
      var cursor = AutomationCursor.beginning
      var live: [LiveAutomation] = []
      try connection.query(SQL.listLiveAutomations).forEach { row throws(PostgresError) in
        cursor = AutomationCursor(
          generation: try row.get(0), transaction: try row.get(1), version: try row.get(2))
        if let id: ObjectID = try row.optional(3) {
          live.append(
            LiveAutomation(id: id, etag: try row.get(4), beginTime: try row.get(5)))
        }
      }
      return (cursor, live)
    }
  }

  /// Reads automations by id.
  public func automations(_ ids: [ObjectID]) async throws(StoreError) -> [Automation] {
    if ids.isEmpty { return [] }
    return try await read { connection in
      try connection.query(SQL.readAutomations) { $0.bindArray(ids) }
        .map { row throws(PostgresError) in try Automation(row) }
    }
  }

  /// Reads what happened since the cursor.
  /// - Parameter time: What was stored before is passed over.
  public func automationNews(
    after cursor: AutomationCursor, since time: Instant
  ) async throws(StoreError) -> AutomationNews {
    try await read { connection in
      let bounds = try FeedBounds.read(on: connection)
      // Of another life of the database nothing can be followed; of this one, what is kept.
      let start =
        cursor.generation == bounds.generation ? max(cursor.transaction, bounds.floor) : 0
      let page = try FeedPage.read(
        after: start, since: time, limit: Feed.pageSize, on: connection)
      let arrivals = Dictionary(page.rows.map { ($0.transaction, $0.time) }) { first, _ in first }
      let entries = try EventContent.read(page.rows, where: { _ in true }, on: connection)
      let relations = try RunRelations.read(
        Set(
          entries.compactMap {
            if case .transition(let event) = $0.value { event.runID } else { nil }
          }), on: connection)
      let items = entries.map { entry in
        let arrival = arrivals[entry.transaction] ?? page.now
        return AutomationNews.Item(
          event: TriggerEvent(entry.value, arrival: arrival, relations: relations),
          namespace: EventContent.namespace(of: entry.value), arrival: arrival)
      }
      return AutomationNews(
        items: items,
        cursor: AutomationCursor(
          generation: page.generation, transaction: page.through, version: cursor.version),
        now: page.now, hasMore: page.rows.count >= Feed.pageSize, isHeldBack: page.lag > 0)
    }
  }
}

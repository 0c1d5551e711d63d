// Decides how what triggers made of events is written: windows, what firings are to do, and the cursor, in one transaction
// that fails where another replica was faster. So each event is put to each trigger exactly once.

public import MartletModel
import MartletPostgres

/// A window of an automation's trigger, or of one that it is put together of.
public struct AutomationBucket: Sendable, Equatable {
  /// Names a window.
  public struct Key: Sendable, Hashable {
    /// The automation.
    public var automationID: ObjectID
    /// Its term.
    public var term: Int64
    /// The values of the labels.
    public var labels: [String]
    /// The number of the trigger in the whole.
    public var node: Int

    /// Names a window.
    public init(_ automation: Automation, _ labels: [String], node: Int = 0) {
      self.init(
        automationID: automation.id, term: automation.term, labels: labels, node: node)
    }

    init(automationID: ObjectID, term: Int64, labels: [String], node: Int) {
      self.automationID = automationID
      self.term = term
      self.labels = labels
      self.node = node
    }

    /// Follows from the number and the values.
    var id: ObjectID {
      let start = node == 0 ? ["automation bucket"] : ["automation bucket of a part", "\(node)"]
      return ObjectID(UUIDValue.derived(from: start + labels))
    }
  }

  /// Which it is.
  public var key: Key
  /// The window.
  public var window: TriggerBucket
  /// When time alone changes it.
  public var wake: Instant?
  /// The last event that moved it.
  public var event: TriggerEvent?
  /// Of a trigger that is put together of others: which of them fired.
  public var parts: [PartFiring]

  /// Makes a window.
  public init(
    key: Key, window: TriggerBucket, wake: Instant?, event: TriggerEvent?, parts: [PartFiring] = []
  ) {
    self.parts = parts
    self.key = key
    self.window = window
    self.wake = wake
    self.event = event
  }
}

/// What is written at once.
public struct AutomationMove: Sendable {
  /// The cursor; its version is the one it must have.
  public var cursor: AutomationCursor
  /// Windows as they are now; nil for those that are closed.
  public var buckets: [AutomationBucket.Key: AutomationBucket?] = [:]
  /// What firings are to do.
  public var tasks: [NewAutomationTask] = []

  /// Makes a move that changes nothing but the cursor.
  public init(cursor: AutomationCursor) { self.cursor = cursor }
}

extension Store {
  /// Reads windows by key.
  public func automationBuckets(
    _ keys: [AutomationBucket.Key]
  ) async throws(StoreError) -> [AutomationBucket] {
    if keys.isEmpty { return [] }
    return try await read { connection in
      try connection.query(SQL.readAutomationBuckets) {
        $0.bindArray(count: keys.count) { keys[$0].automationID }
        $0.bindArray(count: keys.count) { keys[$0].term }
        $0.bindArray(count: keys.count) { keys[$0].id }
      }.map { row throws(PostgresError) in try AutomationBucket(row) }
    }
  }

  /// Reads windows that time alone changes.
  public func dueAutomationBuckets(
    at time: Instant, limit: Int
  ) async throws(StoreError) -> [AutomationBucket] {
    try await read { connection in
      try connection.query(SQL.readDueAutomationBuckets) {
        $0.bind(time)
        $0.bind(Int64(limit))
      }.map { row throws(PostgresError) in try AutomationBucket(row) }
    }
  }

  /// How long until time alone changes a window; nil for never.
  public func timeToNextAutomationWake() async throws(StoreError) -> Interval? {
    try await read { connection in
      try connection.query(SQL.nextAutomationWake).first { row throws(PostgresError) in
        try row.optional(0, as: Int64.self).map { Interval(microseconds: $0) }
      } ?? nil
    }
  }

  /// Writes a move.
  /// - Returns: Whether it was written; false where the cursor has another version by now.
  public func commit(_ move: AutomationMove) async throws(StoreError) -> Bool {
    // In one order, whoever writes.
    let sorted = move.buckets.sorted {
      ($0.key.automationID, $0.key.term, $0.key.id) < ($1.key.automationID, $1.key.term, $1.key.id)
    }
    let open = sorted.compactMap(\.value)
    let closed = sorted.filter { $0.value == nil }.map(\.key)
    let isWritten = try await write { connection in
      try connection.transaction { pipeline in
        let count = try pipeline.query(SQL.moveAutomationCursor) {
          $0.bind(move.cursor.version)
          $0.bind(move.cursor.generation)
          $0.bind(move.cursor.transaction)
        }.count
        guard count > 0 else { return false }
        if !closed.isEmpty {
          try pipeline.execute(SQL.deleteAutomationBuckets) {
            $0.bindArray(count: closed.count) { closed[$0].automationID }
            $0.bindArray(count: closed.count) { closed[$0].term }
            $0.bindArray(count: closed.count) { closed[$0].id }
          }
        }
        if !open.isEmpty {
          try pipeline.execute(SQL.saveAutomationBuckets) { Self.bind(open, to: &$0) }
        }
        if !move.tasks.isEmpty {
          try pipeline.execute(SQL.insertAutomationTasks) {
            NewAutomationTask.bind(move.tasks, to: &$0)
          }
        }
        return true
      }
    }
    if isWritten, !move.tasks.isEmpty {
      automationTaskSignal.raise()
      outgoingTaskSignal.raise()
      hints.raise()
    }
    return isWritten
  }

  private static func bind(_ buckets: [AutomationBucket], to parameters: inout ParameterBuffer) {
    let count = buckets.count
    parameters.bindArray(count: count) { buckets[$0].key.automationID }
    parameters.bindArray(count: count) { buckets[$0].key.term }
    parameters.bindArray(count: count) { buckets[$0].key.id }
    parameters.bindArray(count: count) { JSON.texts(buckets[$0].key.labels).description }
    parameters.bindArray(count: count) { buckets[$0].window.start }
    parameters.bindArray(of: Instant.self, count: count) { buckets[$0].window.end }
    parameters.bindArray(count: count) { buckets[$0].window.last }
    parameters.bindArray(count: count) { Int64(buckets[$0].window.count) }
    parameters.bindArray(count: count) { buckets[$0].window.hasFired }
    parameters.bindArray(of: Instant.self, count: count) { buckets[$0].wake }
    parameters.bindArray(of: String.self, count: count) { buckets[$0].event?.json.description }
    parameters.bindArray(count: count) { Int64(buckets[$0].key.node) }
    parameters.bindArray(count: count) { JSON.array(buckets[$0].parts.map(\.json)).description }
  }
}

extension AutomationBucket {
  /// Reads a row with the columns of `read_automation_buckets`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    var labels: [String] = []
    if case .array(let texts) = try Automation.json(row.get(3)) {
      labels = texts.compactMap { if case .string(let text) = $0 { text.text } else { nil } }
    }
    key = Key(
      automationID: try row.get(0), term: try row.get(1), labels: labels,
      node: Int(try row.get(10, as: Int16.self)))
    var window = TriggerBucket(key: labels, start: try row.get(4), end: try row.optional(5))
    window.last = try row.get(6)
    window.count = Int(try row.get(7, as: Int64.self))
    window.hasFired = try row.get(8)
    self.window = window
    wake = nil
    event = nil
    parts = []
    if case .array(let list) = try Automation.json(row.get(11)) {
      parts = list.compactMap { PartFiring(json: $0) }
    }
    if let text: String = try row.optional(9) {
      event = TriggerEvent(json: try Automation.json(text))
    }
  }
}

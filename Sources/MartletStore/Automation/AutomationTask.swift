// Decides what a firing leaves to be done: to be told of, and its actions, each until it is done or has failed for good.

public import MartletModel
import MartletPostgres

/// Something that a firing is to do, to be written.
public struct NewAutomationTask: Sendable, Equatable {
  /// Its id, and that of a run that it creates.
  public var id: RunID
  /// The automation.
  public var automationID: ObjectID
  /// Its term.
  public var term: Int64
  /// The firing.
  public var firingID: ObjectID
  /// 0 to tell of the firing, then the actions.
  public var ordinal: Int
  /// The id of the event that tells of the firing.
  public var triggerID: ObjectID
  /// The id of the event that tells what came of this.
  public var eventID: ObjectID
  /// The action; nil to tell of the firing.
  public var action: JSON?
  /// The window and the event.
  public var firing: JSON

  /// Makes a task.
  public init(
    id: RunID, automationID: ObjectID, term: Int64, firingID: ObjectID, ordinal: Int,
    triggerID: ObjectID, eventID: ObjectID, action: JSON?, firing: JSON
  ) {
    self.id = id
    self.automationID = automationID
    self.term = term
    self.firingID = firingID
    self.ordinal = ordinal
    self.triggerID = triggerID
    self.eventID = eventID
    self.action = action
    self.firing = firing
  }

  static func bind(_ tasks: [NewAutomationTask], to parameters: inout ParameterBuffer) {
    parameters.bindArray(count: tasks.count) { tasks[$0].id }
    parameters.bindArray(count: tasks.count) { tasks[$0].automationID }
    parameters.bindArray(count: tasks.count) { tasks[$0].term }
    parameters.bindArray(count: tasks.count) { tasks[$0].firingID }
    parameters.bindArray(count: tasks.count) { Int64(tasks[$0].ordinal) }
    parameters.bindArray(count: tasks.count) { tasks[$0].triggerID }
    parameters.bindArray(count: tasks.count) { tasks[$0].eventID }
    parameters.bindArray(of: String.self, count: tasks.count) { tasks[$0].action?.description }
    parameters.bindArray(count: tasks.count) { tasks[$0].firing.description }
    parameters.bindArray(count: tasks.count) {
      tasks[$0].action.map(AutomationAction.isOutgoing) ?? false
    }
  }
}

/// Something that a firing is to do, taken for a while.
public struct AutomationTask: Sendable, Equatable {
  /// Its id, and that of a run that it creates.
  public var id: RunID
  /// The automation.
  public var automationID: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Its name.
  public var automationName: String
  /// What people say of it.
  public var automationDescription: String
  /// Its trigger, as it is now.
  public var trigger: JSON
  /// The firing.
  public var firingID: ObjectID
  /// 0 to tell of the firing, then the actions.
  public var ordinal: Int
  /// The id of the event that tells of the firing.
  public var triggerID: ObjectID
  /// The id of the event that tells what came of this.
  public var eventID: ObjectID
  /// The action; nil to tell of the firing.
  public var action: JSON?
  /// The window and the event.
  public var firing: JSON
  /// When it was written.
  public var time: Instant
  /// How often it was taken, with this time.
  public var attempts: Int
}

extension Store {
  /// Takes what is to be done.
  /// - Parameters:
  ///   - outgoing: Whether outside, or here.
  ///   - hold: How long nobody else takes it.
  public func takeAutomationTasks(
    outgoing: Bool = false, limit: Int, hold: Interval
  ) async throws(StoreError) -> [AutomationTask] {
    let taken = try await write { connection in
      try connection.query(SQL.takeAutomationTasks) {
        $0.bind(Int64(limit))
        $0.bind(hold.microseconds)
        $0.bind(outgoing)
      }.map { row throws(PostgresError) in try AutomationTask(row) }
    }
    return taken.sorted { $0.id < $1.id }
  }

  /// Forgets what is done.
  public func end(_ task: AutomationTask) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.endAutomationTask) { $0.bind(task.id) }.count
    }
  }

  /// Leaves something for later.
  public func delay(_ task: AutomationTask, by pause: Interval) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.delayAutomationTask) {
        $0.bind(task.id)
        $0.bind(pause.microseconds)
      }.count
    }
  }

  /// How long until something is to be done; nil when nothing is.
  public func timeToNextAutomationTask(
    outgoing: Bool = false
  ) async throws(StoreError) -> Interval? {
    try await read { connection in
      try connection.query(SQL.nextAutomationTask) { $0.bind(outgoing) }.first {
        row throws(PostgresError) in
        try row.optional(0, as: Int64.self).map { Interval(microseconds: $0) }
      } ?? nil
    }
  }
}

extension AutomationTask {
  /// Reads a row of `take_automation_tasks`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    automationID = try row.get(1)
    namespace = try row.get(2)
    automationName = try row.get(3)
    firingID = try row.get(4)
    ordinal = Int(try row.get(5, as: Int16.self))
    triggerID = try row.get(6)
    eventID = try row.get(7)
    action = nil
    if let text: String = try row.optional(8) { action = try Automation.json(text) }
    firing = try Automation.json(row.get(9))
    time = try row.get(10)
    attempts = Int(try row.get(11, as: Int32.self))
    automationDescription = try row.get(12)
    trigger = try Automation.json(row.get(13))
  }
}

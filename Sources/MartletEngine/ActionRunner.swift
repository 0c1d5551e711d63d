// Decides how what firings are to do is done: each action until it is done or has failed for good, told of by one event
// whose id was fixed with the firing. Whoever dies in between leaves it to the next, and what is done twice is done once.

import Logging
public import MartletModel
public import MartletStore

/// What came of an action.
public enum ActionOutcome: Sendable, Equatable {
  /// It was done; the ids of what it was done to, such as `martlet.flow-run.UUID`.
  case executed([String])
  /// It cannot be done, for this reason.
  case failed(String)
}

/// How the engine reaches what actions are done to.
public protocol ActionPerformer: Sendable {
  /// Does an action.
  /// - Parameters:
  ///   - task: Its id is that of a run that the action creates; after the first attempt it may be done already.
  ///   - event: What fired; nil where nothing came.
  /// - Throws: Any error, where it is worth another attempt.
  func perform(
    _ action: AutomationAction, of task: AutomationTask, event: TriggerEvent?
  ) async throws -> ActionOutcome
}

/// Does what firings are to do. Any replica may.
public struct ActionRunner: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let performer: any ActionPerformer

  /// Attempts after which an action has failed.
  static let mostAttempts = 10
  /// The longest pause between two looks.
  private static let interval = Duration.seconds(2)

  /// Makes the service.
  public init(_ context: EngineContext, performer: any ActionPerformer) {
    self.context = context
    self.performer = performer
  }

  /// Does what is due, then waits until there may be more.
  public func step() async throws -> Duration {
    if try await pass() > 0 { return .zero }
    var patience = Self.interval
    if let next = try await store.timeToNextAutomationTask() {
      patience = min(patience, max(.milliseconds(50), .microseconds(next.microseconds)))
    }
    _ = await store.automationTaskSignal.wait(atMost: patience)
    return .zero
  }

  /// Does what is due.
  /// - Returns: How much was taken.
  public func pass() async throws -> Int {
    let tasks = try await store.takeAutomationTasks(limit: 8, hold: settings.hold)
    for task in tasks { try await carry(task) }
    return tasks.count
  }

  private func carry(_ task: AutomationTask) async throws {
    let event = task.firing["event"].flatMap { TriggerEvent(json: $0) }
    guard let json = task.action else {
      try await tell(
        task, AutomationRules.triggered, id: task.triggerID, about: [],
        [
          ("firing_id", .text("\(task.firingID)")), ("window_start", task.firing["window_start"]),
          ("count", task.firing["count"]), ("labels", task.firing["labels"]),
          ("event_id", event.map { .text($0.id) }), ("event", event.map { .text($0.names[0]) }),
        ])
      return try await store.end(task)
    }
    let outcome: ActionOutcome
    do {
      let values = FiringValues.values(
        automation: ("\(task.automationID)", task.automationName), firing: task.firing,
        id: "\(task.firingID)", event: event)
      let action = try AutomationAction(json, "action").filled(with: values)
      if case .unsupported(let type) = action {
        outcome = .failed("this server does not do \(type) yet")
      } else {
        outcome = try await performer.perform(action, of: task, event: event)
      }
    } catch let error as InvalidValue {
      outcome = .failed("\(error)")
    } catch let fault as TemplateFault {
      outcome = .failed("\(fault)")
    } catch {
      guard task.attempts >= Self.mostAttempts else {
        logger.info("an action of the automation \(task.automationID) is tried again: \(error)")
        return try await store.delay(
          task, by: .seconds(Int64(1) << Int64(min(task.attempts - 1, 5))))
      }
      outcome = .failed("after \(task.attempts) attempts: \(error)")
    }
    var payload: [(String, JSON?)] = [
      ("firing_id", .text("\(task.firingID)")), ("action", json),
      ("action_index", .integer(task.ordinal - 1)),
    ]
    switch outcome {
    case .executed(let subjects):
      try await tell(
        task, AutomationRules.executed, id: task.eventID, about: subjects, payload)
    case .failed(let reason):
      payload.append(("reason", .text(reason)))
      try await tell(task, AutomationRules.failed, id: task.eventID, about: [], payload)
    }
    try await store.end(task)
  }

  /// Publishes an event of the automation. Told again, it is kept once.
  private func tell(
    _ task: AutomationTask, _ name: String, id: ObjectID, about subjects: [String],
    _ payload: [(String, JSON?)]
  ) async throws {
    var event = Event(
      id: id, namespace: task.namespace, name: name, time: task.time,
      resource: EventResource(
        id: "\(AutomationRules.eventPrefix)\(task.automationID)",
        labels: ["name": task.automationName, "prefect.resource.name": task.automationName]),
      related: subjects.map { EventResource(id: $0, role: "target") },
      payload: Self.fitting(payload).description,
      follows: name == AutomationRules.triggered ? nil : task.triggerID,
      actor: "automation:\(task.automationID)")
    do throws(StoreError) {
      _ = try await store.events.publish([event], areOwn: true)
    } catch {
      guard case .invalid(let field, _) = error, field == "id" else { throw error }
      // It waited for days, so that its id is refused: told under another.
      event.id = .random()
      _ = try await store.events.publish([event], areOwn: true)
    }
  }

  /// A payload without the action where it would not fit.
  private static func fitting(_ payload: [(String, JSON?)]) -> JSON {
    let whole = JSON.object(payload)
    guard whole.description.utf8.count > Event.payloadLimit else { return whole }
    return .object(
      payload.map { name, value in
        name == "action" ? (name, value.map { .text($0.excerpt(1000)) }) : (name, value)
      })
  }
}

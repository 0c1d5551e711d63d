// Decides how what firings are to do is done: each action until it is done or has failed for good, told of by one event
// whose id was fixed with the firing. Whoever dies in between leaves it to the next, and what is done twice here is done
// once; others, outside, may hear of it twice. They are waited for apart, so that they hold up nobody.

import Logging
import MartletModel
import MartletStore

/// Does what firings are to do. Any replica may.
public struct ActionRunner: PacedService {
  /// Which actions.
  public enum Share: Sendable {
    /// What is done here, one after the other; and what is told of firings.
    case inner
    /// What is done outside, several at a time.
    case outgoing
  }

  /// What the services of the engine share.
  public let context: EngineContext
  private let performer: any ActionPerformer
  private let share: Share

  /// Attempts after which an action has failed.
  static let mostAttempts = 10
  /// The longest pause between two looks.
  private static let interval = Duration.seconds(2)
  /// How much longer than other work a request is kept from other replicas: as long as it may take.
  private static let longestRequest = Interval.seconds(15)

  /// Makes the service.
  public init(_ context: EngineContext, _ share: Share, performer: any ActionPerformer) {
    self.context = context
    self.share = share
    self.performer = performer
  }

  /// Does what is due, then waits until there may be more.
  public func step() async throws -> Duration {
    if try await pass() > 0 { return .zero }
    var patience = Self.interval
    if let next = try await store.timeToNextAutomationTask(outgoing: share == .outgoing) {
      patience = min(patience, max(.milliseconds(50), .microseconds(next.microseconds)))
    }
    let signal = share == .outgoing ? store.outgoingTaskSignal : store.automationTaskSignal
    _ = await signal.wait(atMost: patience)
    return .zero
  }

  /// Does what is due.
  /// - Returns: How much was taken.
  public func pass() async throws -> Int {
    switch share {
    case .inner:
      let tasks = try await store.takeAutomationTasks(limit: 8, hold: settings.hold)
      for task in tasks { try await carry(task) }
      return tasks.count
    case .outgoing:
      let tasks = try await store.takeAutomationTasks(
        outgoing: true, limit: 16, hold: settings.hold + Self.longestRequest)
      await withDiscardingTaskGroup { group in
        for task in tasks {
          group.addTask {
            // What fails here breaks off no other request, and is taken again when its time is over.
            do { try await carry(task) } catch {
              logger.warning(
                "what came of an action of the automation \(task.automationID) is not told yet: \(error)"
              )
            }
          }
        }
      }
      return tasks.count
    }
  }

  private func carry(_ task: AutomationTask) async throws {
    let event = task.firing["event"].flatMap { TriggerEvent(json: $0) }
    let report = ActionReport(store: store, task: task, event: event)
    guard let json = task.action else {
      try await report.tellFiring()
      return try await store.end(task)
    }
    let outcome: ActionOutcome
    do {
      let texts = FiringTexts(
        automation: ("\(task.automationID)", task.automationName, task.automationDescription),
        namespace: task.namespace, firing: task.firing, id: "\(task.firingID)")
      let values = try await texts.values(for: json, performer)
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
      outcome = .failed(
        "after \(task.attempts) attempts: \(error)",
        (error as? ActionDelayed)?.details ?? ActionDetails())
    }
    try await report.tell(outcome, of: json)
    try await store.end(task)
  }
}

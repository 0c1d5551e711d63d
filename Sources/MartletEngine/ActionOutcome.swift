// Decides what may come of an action, and how the engine reaches what actions are done to.

public import MartletModel
public import MartletStore

/// What came of an action.
public enum ActionOutcome: Sendable, Equatable {
  /// It was done; with the ids of what it was done to, such as `martlet.flow-run.UUID`.
  case executed([String], ActionDetails = ActionDetails())
  /// It cannot be done, for this reason.
  case failed(String, ActionDetails = ActionDetails())
}

/// What is told of an action besides.
public struct ActionDetails: Sendable, Equatable {
  /// What else it has to do with.
  public var related: [EventResource] = []
  /// More for the payload of its event.
  public var payload = JSONMembers()

  /// Nothing.
  public init() {}
}

/// That an action is worth another attempt.
public struct ActionDelayed: Error, CustomStringConvertible {
  /// Why it was not done.
  public var reason: String
  /// What is told if it was the last attempt.
  public var details: ActionDetails

  /// Why it was not done.
  public var description: String { reason }

  /// Says why an action was not done.
  public init(_ reason: String, _ details: ActionDetails) {
    self.reason = reason
    self.details = details
  }
}

/// How the engine reaches what actions are done to.
public protocol ActionPerformer: FiringReader {
  /// Does an action.
  /// - Parameters:
  ///   - task: Its id is that of a run that the action creates; after the first attempt it may be done already.
  ///   - event: What fired; nil where nothing came.
  /// - Throws: Any error, where it is worth another attempt.
  func perform(
    _ action: AutomationAction, of task: AutomationTask, event: TriggerEvent?
  ) async throws -> ActionOutcome
}

// Decides what the templates of an action see: what its firing keeps, and, of what the event has to do with, what is read now
// because the texts of the action name it.

public import MartletModel

/// How the engine reads of things more than events tell.
public protocol FiringReader: Sendable {
  /// Where people see things, such as `https://host/prefect`; nil for nowhere.
  var pages: String? { get }

  /// What is known of a thing, as an object; nil when it is not there.
  /// - Parameter kind: As in ids of resources: `flow-run`.
  func facts(of kind: String, _ id: String, in namespace: Namespace) async throws -> JSON?

  /// The values of variables by their names, as an object.
  func variables(in namespace: Namespace) async throws -> JSON
}

/// A firing for which the texts of actions are filled.
struct FiringTexts {
  /// The automation: its id, name and description.
  let automation: (id: String, name: String, description: String)
  let namespace: Namespace
  /// What is kept of the firing, and what names it.
  let firing: JSON
  let id: String

  /// The event that it fired at.
  var event: TriggerEvent? { firing["event"].flatMap { TriggerEvent(json: $0) } }

  /// What the templates of an action see.
  func values(for action: JSON, _ reader: any FiringReader) async throws -> JSON {
    let event = event
    var facts: [String: JSON] = [:]
    let names = AutomationAction.variables(of: action)
    if names.contains(FiringValues.variables) {
      facts[FiringValues.variables] = try await reader.variables(in: namespace)
    }
    if let event {
      for subject in FiringValues.subjects(of: event) where names.contains(subject.variable) {
        facts[subject.variable] = try await reader.facts(
          of: subject.kind, subject.id, in: namespace)
      }
    }
    return FiringValues.values(
      automation: automation, firing: firing, id: id, event: event, facts: facts,
      pages: reader.pages)
  }
}

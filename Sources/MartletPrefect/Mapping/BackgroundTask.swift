// Decides how a task run that waits for a task worker is known from others, and which of them wait for whom: by labels, for
// its state holds nothing else of Prefect's before it is delivered.

internal import MartletModel
internal import MartletProto

extension Run {
  private static let yes = "true"

  /// Whether it is for a task worker.
  var isBackground: Bool { kind == .task && value(.background) == Self.yes }

  /// Takes what the state in which it is made says of it as a background task.
  mutating func takeBackground(of state: Shape.StateCreate?) {
    guard state?.type == .scheduled, let details = state?.stateDetails, details.deferred == true
    else { return }
    RunLabel.background.set(Self.yes, in: &labels)
    RunLabel.taskParameters.set(details.taskParametersID?.text, in: &labels)
  }

  /// Tells in a state where the parameters of a background task are.
  func giveBackground(to state: inout Shape.State) {
    guard isBackground, [.scheduled, .pending, .running].contains(state.type) else { return }
    var details = state.stateDetails ?? Shape.StateDetails()
    details.deferred = true
    details.taskParametersID =
      details.taskParametersID ?? value(.taskParameters).flatMap { UUIDValue(text: $0) }
    state.stateDetails = details
  }

  /// The filter of the background tasks that wait for a task worker.
  static func waitingTasks(of key: String? = nil) -> String {
    var terms = ["kind = TASK", "state.type = SCHEDULED"]
    terms.append("labels.\(RunFilter.quoted(RunLabel.background.rawValue)) = \"\(yes)\"")
    if let key {
      terms.append("definition = \(RunFilter.quoted(NewTaskRun.definition(of: key)))")
      terms.append(
        "labels.\(RunFilter.quoted(RunLabel.taskKey.rawValue)) = \(RunFilter.quoted(key))")
    }
    return terms.joined(separator: " AND ")
  }
}

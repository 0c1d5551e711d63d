// Decides how the actions of automations are done to runs, and when one is done already.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Does actions to runs.
struct RunActions {
  let backend: Backend
  let task: AutomationTask
  let context: CallContext

  /// Does an action.
  func perform(_ action: AutomationAction, on id: String) async throws -> ActionOutcome {
    let handlers = RunHandlers(backend: backend)
    let message = "By the automation \(task.automationName)."
    switch action {
    case .cancelRun:
      let answer = try await handlers.cancelRun(
        CancelRunRequest(id: id, message: message), context: context)
      return try outcome(
        answer.verdict, answer.run, on: id, isDone: [.cancelling, .cancelled])
    case .suspendRun:
      let answer = try await handlers.pauseRun(
        PauseRunRequest(id: id, message: message), context: context)
      return try outcome(answer.verdict, answer.run, on: id, isDone: [.paused])
    case .resumeRun:
      let answer = try await handlers.resumeRun(
        ResumeRunRequest(id: id, message: message), context: context)
      return try outcome(
        answer.verdict, answer.run, on: id, isDone: [.scheduled, .pending, .running])
    case .changeState(let type, let name, let said, let force):
      var request = SetRunStateRequest(id: id)
      request.state = State(type: type.proto, name: name, message: said)
      request.force = force
      var answer = try await handlers.setRunState(request, context: context)
      // An automation may watch for executors that are gone and said nothing: whoever still has the run is fenced.
      if answer.verdict?.code == .refused, answer.verdict?.reason == Reason.runOwned.rawValue {
        request.force = true
        answer = try await handlers.setRunState(request, context: context)
      }
      return try outcome(answer.verdict, answer.run, on: id, isDone: [type.proto])
    case .deleteRun:
      do {
        _ = try await handlers.deleteRun(DeleteRunRequest(id: id), context: context)
      } catch let status as Status
        where task.attempts > 1 && [.notFound, .failedPrecondition].contains(status.code)
      {
        // It was deleted by the attempt before.
      }
      return .executed(["martlet.flow-run.\(id)"])
    default: return .failed("is done to no run")
    }
  }

  /// What an answer means.
  ///
  /// - Parameter isDone: States in which an attempt before has left the run.
  private func outcome(
    _ verdict: MartletProto.Verdict?, _ run: Run?, on id: String,
    isDone: Set<MartletProto.StateType>
  ) throws(Status) -> ActionOutcome {
    switch verdict?.code {
    case .refused?, .fenced?:
      if task.attempts > 1, let state = run?.state?.type, isDone.contains(state) { break }
      return .failed("the run \(id) does not take it: \(verdict?.reason ?? "")")
    case .wait?: throw Status(.unavailable, "the run \(id) is to be asked again")
    default: break
    }
    return .executed(["martlet.flow-run.\(id)"])
  }
}

// Decides how a subflow is shown to Prefect's client in its parent: by a task run that has the state of the subflow, which
// stands between the two as a run of its own.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// Gives the tracking task run of a subflow the state that the subflow has now. Safe to repeat; one that is not there any
  /// more is passed over.
  func mirror(_ run: Run, _ context: CallContext) async throws {
    guard run.kind == .flow, let tracker = UUIDValue(text: run.parentID), let state = run.state
    else { return }
    let shown = Shape.State(of: run)
    var details = shown.stateDetails ?? Shape.StateDetails()
    details.childFlowRunID = UUIDValue(text: run.id)
    details.flowRunID = nil
    details.transitionID = nil
    var copy = State(
      shown.type, name: shown.name, message: shown.message, details: details, data: shown.data)
    copy.observedTime = state.observedTime ?? state.time
    do {
      let parent = try await self.run(tracker, .task, context)
      let forced = try await services.runs.setRunState(
        SetRunStateRequest(id: parent.id, state: copy, force: true), context: context)
      // Nobody has it: whoever runs the subflow takes it.
      if forced.verdict?.code == .accepted { return }
      if case .report(let report) = parent.address(of: copy, force: false) {
        _ = try await self.report(report, context)
      }
    } catch let failure as PrefectFailure where failure.status == 404 {}
  }
}

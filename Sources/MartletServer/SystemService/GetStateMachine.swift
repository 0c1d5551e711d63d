// Decides how the table of transitions is shown.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension SystemHandlers {
  func getStateMachine(_ request: GetStateMachineRequest, context: CallContext) async throws
    -> GetStateMachineResponse
  {
    Self.stateMachine
  }

  /// The table does not change while the program runs.
  private static let stateMachine: GetStateMachineResponse = {
    let machine = StateMachine.standard
    var response = GetStateMachineResponse()
    response.version = "\(StateMachine.version)"
    response.states = MartletModel.StateType.allCases.map { type in
      StateDescription(type: type.proto, name: type.defaultName, terminal: type.isTerminal)
    }
    response.rules = machine.rules.map(MartletProto.TransitionRule.init)
    response.mermaid = machine.mermaid
    return response
  }()
}

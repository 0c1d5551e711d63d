// Decides how what an operator asks of one run is answered: the verdict, and the run as it is then.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension RunHandlers {
  /// Puts a command to the state machine.
  ///
  /// - Throws: `Status` when it could not be decided.
  func operate(
    _ command: Command, in namespace: Namespace, _ context: CallContext
  ) async throws -> (run: Run, verdict: MartletProto.Verdict) {
    try command.validateOperation()
    let answer = try await backend.store.transitions.submit(command)
    switch answer.result {
    case .failure(let error): throw Status(error)
    case .unavailable(let delay):
      throw Status.unavailable("the run is held by another transaction", retryAfter: delay)
    case .verdict, .existing, .unchanged: break
    }
    let record = try await backend.store.run(
      command.runID, in: namespace, deadline: context.deadline)
    return (Run(record), MartletProto.Verdict(answer) ?? MartletProto.Verdict())
  }
}

// Decides how the whole history of a run is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI.Services {
  /// The transitions of a run, oldest first.
  func history(of run: String, _ context: CallContext) async throws
    -> [MartletProto.Transition]
  {
    var transitions: [MartletProto.Transition] = []
    var list = ListTransitionsRequest(runID: run, pageSize: 1000)
    repeat {
      let page = try await runs.listTransitions(list, context: context)
      transitions += page.transitions
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return transitions
  }
}

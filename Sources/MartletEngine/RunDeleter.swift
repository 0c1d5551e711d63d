// Decides how deletions of large trees go on whose replica has died or looked up from them, when what came with a deletion
// is swept, and how long deleted runs are remembered.

import Logging
import MartletStore

/// Deletes what is left of large trees.
public struct RunDeleter: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Takes one deletion and goes on with it; else sweeps after some, and forgets some of what was deleted long ago.
  public func step() async throws -> Duration {
    guard let deletion = try await store.takeDeletions(limit: 1).first else {
      let swept = try await store.sweepRemovals(limit: settings.chunk)
      let forgotten = try await store.forgetRemovals(limit: settings.chunk)
      return max(swept, forgotten) < settings.chunk ? settings.deletionInterval : .zero
    }
    switch try await store.carry(deletion, until: .now + settings.deletionTurn) {
    case .deleted(let runs), .begun(let runs):
      logger.info("deleted \(runs) runs of the tree of \(deletion.runID)")
    case .held(let run, let state):
      logger.notice(
        "the deletion of \(deletion.runID) ends early: the run \(run) below it is \(state)")
    case .notFound: break
    }
    return .zero
  }
}

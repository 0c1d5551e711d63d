// Decides what becomes of runs that were put back for others, below another run: those that nobody may start any more are
// cancelled, and those whose enclosing run may still end by itself are looked at again.

import Logging
import MartletModel
import MartletStore

/// Cancels runs that would wait for ever.
public struct StrandingKeeper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Looks at the runs that were put back.
  public func step() async throws -> Duration {
    let taken = try await store.takeStrandings(limit: settings.chunk, hold: settings.hold)
    if taken.isEmpty { return settings.cascadeInterval }
    let stranded = taken.filter { $0.fate == .stranded }
    var done = taken.filter { $0.fate == nil || $0.fate == .free }
    if !stranded.isEmpty {
      let answers = try await store.transitions.submit(
        stranded.map {
          .cancel(
            Cancellation(
              namespace: $0.namespace, runID: $0.runID, actor: "service:engine",
              message: "The enclosing run has ended: nobody may start this one.", isForParent: true)
          )
        })
      logger.debug("cancelled \(stranded.count) runs whose enclosing run had ended")
      // A locked run is looked at again when this replica's hold is over.
      done += zip(stranded, answers).filter { !$0.1.isUnavailable }.map(\.0)
    }
    try await store.finish(done)
    try await store.postpone(
      taken.filter { $0.fate == .waits }, by: settings.strandingPause)
    return .zero
  }
}

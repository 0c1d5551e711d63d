// Decides what becomes of runs that were put back for others after the enclosing run had ended: nobody may start them, so
// they are cancelled.

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
    let strandings = try await store.takeStrandings(limit: settings.chunk, hold: settings.hold)
    if strandings.isEmpty { return settings.cascadeInterval }
    let stranded = strandings.filter(\.isForGood)
    if !stranded.isEmpty {
      let answers = try await store.transitions.submit(
        stranded.map {
          .cancel(
            Cancellation(
              namespace: $0.namespace, runID: $0.runID, actor: "service:engine",
              message: "The enclosing run has ended: nobody may start this one."))
        })
      logger.debug("cancelled \(stranded.count) runs whose enclosing run had ended")
      // A locked run is looked at again when this replica's hold is over.
      if answers.contains(where: \.isUnavailable) { return .zero }
    }
    for stranding in strandings { try await store.finish(stranding) }
    return .zero
  }
}

// Decides how the children of stopped runs are stopped: in later batches, in chunks that are
// remembered, so that a large family never holds locks for long and a dead replica loses nothing.

import MartletModel
import MartletStore

/// Cancels the children of runs that were cancelled or are being.
public struct CascadeRunner: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Takes cascades and carries them through.
  public func step() async throws -> Duration {
    let cascades = try await store.takeCascades(limit: 16, hold: settings.hold)
    for cascade in cascades { try await carry(cascade) }
    return cascades.isEmpty ? settings.cascadeInterval : .zero
  }

  private func carry(_ cascade: Cascade) async throws(StoreError) {
    var last = cascade.after
    while true {
      let children = try await store.openChildren(
        of: cascade.runID, after: last, limit: settings.chunk)
      if !children.ids.isEmpty {
        let answers = try await store.transitions.submit(
          children.ids.map {
            .cancel(
              Cancellation(
                namespace: cascade.namespace, runID: $0, actor: cascade.actor,
                message: "The enclosing run was cancelled.", bound: cascade.bound,
                isForParent: true))
          })
        // A locked child is asked again when this replica's hold is over.
        if answers.contains(where: \.isUnavailable) { return }
      }
      last = children.next
      try await store.advance(cascade, to: last)
      if last == nil { return }
    }
  }
}

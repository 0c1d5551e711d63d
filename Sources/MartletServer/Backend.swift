// Decides what every handler may use: the store's parts, and what the server knows of itself.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletStore

/// What handlers are made of.
struct Backend: Sendable {
  /// What is remembered.
  let store: Store
  /// What happens in the store.
  let feed: Feed
  /// Keeps leases.
  let keeper: SessionKeeper
  /// Where requests wait for slots.
  let room: LimitRoom
  /// The workers that are connected here.
  let workers: WorkerHub
  /// Tells executors what the server wants of them.
  let sessions: SessionHub

  /// The namespace of a request.
  ///
  /// - Throws: `InvalidValue` when the name is not one.
  func namespace(_ name: String, _ context: CallContext) throws(InvalidValue) -> Namespace {
    if !name.isEmpty { return try Namespace(name) }
    return Namespace(unchecked: context.principal.namespace)
  }
}

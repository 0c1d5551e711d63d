// Decides how long the hints of other replicas are heard: while the server runs.

public import MartletStore
public import ServiceLifecycle

/// Hears the hints of other replicas and wakes the tailer.
public struct HintListener: Service {
  private let store: Store

  /// Makes the service.
  public init(_ store: Store) { self.store = store }

  /// Listens until the server stops.
  public func run() async throws {
    await cancelWhenGracefulShutdown { await store.hearHints() }
  }
}

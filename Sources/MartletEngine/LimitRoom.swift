// Decides how requests of this process wait for slots: without a connection each, told together when the granter of any
// replica has served them, and with their places kept while they wait.

public import MartletModel
import MartletStore
import Synchronization

/// Where requests wait that stand in line.
public final class LimitRoom: PacedService {
  private struct State {
    var guests: [UInt64: (id: LeaseID, continuation: CheckedContinuation<Void, Never>)] = [:]
    var next: UInt64 = 0
    var isClosed = false
    var keeping: ContinuousClock.Instant?
  }

  /// What the services of the engine share.
  public let context: EngineContext
  private let state = Mutex(State())

  /// Makes the room.
  public init(_ context: EngineContext) { self.context = context }

  /// Whether the server stops: nobody waits here any more.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Waits until a request has left the line, at most for a time; returns early when the task is cancelled or the room
  /// closes. The request is then to be put again.
  public func wait(for id: LeaseID, atMost timeout: Duration) async {
    let key = state.withLock { state -> UInt64 in
      state.next += 1
      return state.next
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      leave(key)
    }
    defer { timer.cancel() }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isAdmitted = state.withLock { state -> Bool in
          guard !state.isClosed, !Task.isCancelled else { return false }
          state.guests[key] = (id, continuation)
          return true
        }
        // It may have been served before it came in.
        if isAdmitted { store.limitSignals.grants.raise() } else { continuation.resume() }
      }
    } onCancel: {
      leave(key)
    }
  }

  /// Tells those who were served, or waits until somebody may have been.
  public func step() async throws -> Duration {
    _ = await store.limitSignals.grants.wait(atMost: settings.tellInterval)
    let guests = state.withLock { $0.guests.mapValues(\.id) }
    if guests.isEmpty { return .zero }
    let ids = Array(Set(guests.values)).sorted()
    let served = Set(try await store.leftLine(ids))
    for (key, id) in guests where served.contains(id) { leave(key) }
    try await keepPlaces(ids.filter { !served.contains($0) })
    return settings.linePause
  }

  /// Sends everybody away.
  public func close() {
    let guests = state.withLock { state in
      state.isClosed = true
      defer { state.guests = [:] }
      return state.guests.values.map(\.continuation)
    }
    for guest in guests { guest.resume() }
  }

  /// Sends everybody away.
  public func stop() async { close() }

  private func keepPlaces(_ ids: [LeaseID]) async throws(StoreError) {
    let now = ContinuousClock.now
    if let next = state.withLock({ $0.keeping }), now < next { return }
    if !ids.isEmpty { try await store.keepPlaces(ids) }
    state.withLock { $0.keeping = now + settings.keepInterval }
  }

  private func leave(_ key: UInt64) {
    let guest = state.withLock { $0.guests.removeValue(forKey: key) }
    guest?.continuation.resume()
  }
}

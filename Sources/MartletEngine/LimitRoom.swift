// Decides how requests of this process wait for slots: without a connection each, told together when the granter of any
// replica has served them, and with their places kept while they wait.

public import MartletModel
public import MartletStore
import Synchronization

/// Where requests wait that stand in line.
public final class LimitRoom: PacedService {
  private struct State {
    var guests: [UInt64: (id: LeaseID, continuation: CheckedContinuation<SlotLease?, Never>)] = [:]
    var calls: [LeaseID: (until: ContinuousClock.Instant, tell: @Sendable () -> Void)] = [:]
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
  /// closes.
  /// - Returns: The lease, if it was served: it runs its full term. Else the request is to be put again.
  public func wait(for id: LeaseID, atMost timeout: Duration) async -> SlotLease? {
    let key = state.withLock { state -> UInt64 in
      state.next += 1
      return state.next
    }
    let timer = Task {
      try await Task.sleep(for: timeout)
      leave(key)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isAdmitted = state.withLock { state -> Bool in
          guard !state.isClosed, !Task.isCancelled else { return false }
          state.guests[key] = (id, continuation)
          return true
        }
        // It may have been served before it came in.
        if isAdmitted {
          store.limitSignals.grants.raise()
        } else {
          continuation.resume(returning: nil)
        }
      }
    } onCancel: {
      leave(key)
    }
  }

  /// Has a call made when a request has left the line, within a time; its place is not kept meanwhile. A later call for
  /// the same request replaces it.
  public func tell(of id: LeaseID, within time: Duration, _ tell: @escaping @Sendable () -> Void) {
    state.withLock { state in
      if !state.isClosed { state.calls[id] = (.now + time, tell) }
    }
    store.limitSignals.grants.raise()
  }

  /// Tells those who were served, or waits until somebody may have been.
  public func step() async throws -> Duration {
    _ = await store.limitSignals.grants.wait(atMost: settings.tellInterval)
    let now = ContinuousClock.now
    let (guests, calls) = state.withLock { state in
      state.calls = state.calls.filter { now < $0.value.until }
      return (state.guests.mapValues(\.id), Array(state.calls.keys))
    }
    if guests.isEmpty, calls.isEmpty { return .zero }
    let ids = Set(guests.values)
    let served = Set(try await store.leftLine(ids.union(calls).sorted()))
    try await tell(guests.filter { served.contains($0.value) })
    for id in calls where served.contains(id) {
      state.withLock { $0.calls.removeValue(forKey: id) }?.tell()
    }
    try await keepPlaces(ids.subtracting(served).sorted())
    return settings.linePause
  }

  /// Sends everybody away.
  public func close() {
    let guests = state.withLock { state in
      state.isClosed = true
      defer { state.guests = [:] }
      state.calls = [:]
      return state.guests.values.map(\.continuation)
    }
    for guest in guests { guest.resume(returning: nil) }
  }

  /// Sends everybody away.
  public func stop() async { close() }

  private func keepPlaces(_ ids: [LeaseID]) async throws(StoreError) {
    let now = ContinuousClock.now
    if let next = state.withLock({ $0.keeping }), now < next { return }
    if !ids.isEmpty { try await store.keepPlaces(ids) }
    state.withLock { $0.keeping = now + settings.keepInterval }
  }

  /// Hands guests who have left the line their leases, all at once.
  private func tell(_ guests: [UInt64: LeaseID]) async throws(StoreError) {
    if guests.isEmpty { return }
    let leases = try await store.collectLeases(Set(guests.values).sorted())
    var untold = Set(leases.keys)
    for (key, id) in guests where leave(key, with: leases[id]) { untold.remove(id) }
    if !untold.isEmpty { try await store.returnLeases(untold.sorted()) }
  }

  /// Sends a guest away; whether it was there still.
  @discardableResult
  private func leave(_ key: UInt64, with lease: SlotLease? = nil) -> Bool {
    let guest = state.withLock { $0.guests.removeValue(forKey: key) }
    guest?.continuation.resume(returning: lease)
    return guest != nil
  }
}

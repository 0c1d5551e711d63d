// Decides how requests of this process wait for slots: without a connection each, told together when the granter of any
// replica has served them, and with their places kept while they wait.

public import MartletModel
public import MartletStore
import Synchronization

/// Where requests wait that stand in line.
public final class LimitRoom: PacedService {
  private struct Guest {
    let id: LeaseID
    let continuation: CheckedContinuation<SlotLease?, Never>
    /// Whether the time is over; the guest stays until those who are being served are known.
    var isLate = false
  }

  private struct State {
    var guests: [UInt64: Guest] = [:]
    /// Who has come since the last look: they may have been served before.
    var newcomers: Set<LeaseID> = []
    /// Who may be told of a grant any moment.
    var expected: Set<LeaseID> = []
    var calls: [LeaseID: (until: ContinuousClock.Instant, tell: @Sendable () -> Void)] = [:]
    var next: UInt64 = 0
    var isClosed = false
    var keeping: ContinuousClock.Instant?
    var looking: ContinuousClock.Instant?
  }

  /// What the services of the engine share.
  public let context: EngineContext
  private let state = Mutex(State())

  /// Makes the room.
  public init(_ context: EngineContext) { self.context = context }

  /// Whether the server stops: nobody waits here any more.
  public var isClosed: Bool { state.withLock { $0.isClosed } }

  /// How many wait here.
  public var count: Int { state.withLock { $0.guests.count } }

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
      leave(key, isLate: true)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isAdmitted = state.withLock { state -> Bool in
          guard !state.isClosed, !Task.isCancelled else { return false }
          state.guests[key] = Guest(id: id, continuation: continuation)
          state.newcomers.insert(id)
          return true
        }
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
      if state.isClosed { return }
      state.calls[id] = (.now + time, tell)
      state.newcomers.insert(id)
    }
    store.limitSignals.grants.raise()
  }

  /// Tells those who have left their lines, or waits until somebody may have. Asks only after newcomers, unless others
  /// than this process may have served somebody.
  public func step() async throws -> Duration {
    _ = await store.limitSignals.grants.wait(atMost: settings.tellInterval)
    let departures = store.limitSignals.takeDepartures()
    let now = ContinuousClock.now
    let (here, asked) = state.withLock { state in
      state.calls = state.calls.filter { now < $0.value.until }
      let here = Set(state.guests.values.map(\.id)).union(state.calls.keys)
      let isDue = state.looking.map { $0 <= now } ?? true
      let asked = departures.areOthers || isDue ? here : state.newcomers.intersection(here)
      if isDue { state.looking = now + settings.tellInterval }
      state.newcomers = []
      return (here, asked.subtracting(departures.ids))
    }
    var gone = departures.ids.intersection(here)
    do {
      if !asked.isEmpty { gone.formUnion(try await store.leftLine(asked.sorted())) }
      try await tell(gone)
    } catch {
      state.withLock { $0.looking = nil }
      throw error
    }
    try await keepPlaces()
    return settings.linePause
  }

  /// Has guests served by whoever moves the lines: who is granted slots is told at once, and nobody's time ends meanwhile.
  func serving(
    _ serve: (Set<LeaseID>) async throws(StoreError) -> LineLook
  ) async throws(StoreError) -> LineLook {
    let guests = expect(nil)
    do {
      let look = try await serve(guests)
      try await hand(look.told, to: guests)
      return look
    } catch {
      try await hand([], to: guests)
      throw error
    }
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

  private func keepPlaces() async throws(StoreError) {
    let now = ContinuousClock.now
    let ids = state.withLock { state -> Set<LeaseID> in
      if let next = state.keeping, now < next { return [] }
      state.keeping = now + settings.keepInterval
      return Set(state.guests.values.map(\.id))
    }
    if ids.isEmpty { return }
    do { try await store.keepPlaces(ids.sorted()) } catch {
      state.withLock { $0.keeping = nil }
      throw error
    }
  }

  /// Tells those who have left their lines, all at once.
  private func tell(_ gone: Set<LeaseID>) async throws(StoreError) {
    for id in gone { state.withLock { $0.calls.removeValue(forKey: id) }?.tell() }
    let guests = expect(gone)
    if guests.isEmpty { return }
    do {
      let leases = try await store.collectLeases(guests.sorted())
      try await hand(Array(leases.values), to: guests, areAllGone: true)
    } catch {
      try await hand([], to: guests)
      throw error
    }
  }

  /// Keeps guests until ``hand(_:to:areAllGone:)``; nil for all.
  private func expect(_ ids: Set<LeaseID>?) -> Set<LeaseID> {
    state.withLock { state in
      let here = Set(state.guests.values.map(\.id))
      let expected = ids.map(here.intersection) ?? here
      state.expected.formUnion(expected)
      return expected
    }
  }

  /// Hands guests their leases and sends those away whose time is over, or all who have left their line without.
  private func hand(
    _ leases: [SlotLease], to expected: Set<LeaseID>, areAllGone: Bool = false
  ) async throws(StoreError) {
    let leases = Dictionary(leases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let told = state.withLock { state in
      state.expected.subtract(expected)
      let leaving = state.guests.filter { _, guest in
        expected.contains(guest.id) && (areAllGone || guest.isLate || leases[guest.id] != nil)
      }
      for key in leaving.keys { state.guests[key] = nil }
      return leaving.values
    }
    var untold = Set(leases.keys)
    for guest in told {
      guest.continuation.resume(returning: leases[guest.id])
      untold.remove(guest.id)
    }
    if !untold.isEmpty { try await store.returnLeases(untold.sorted()) }
  }

  /// Sends a guest away, or, when only the time is over, after those who are being served are known.
  private func leave(_ key: UInt64, isLate: Bool = false) {
    let guest = state.withLock { state -> Guest? in
      guard let guest = state.guests[key] else { return nil }
      if isLate, state.expected.contains(guest.id) {
        state.guests[key]?.isLate = true
        return nil
      }
      return state.guests.removeValue(forKey: key)
    }
    guest?.continuation.resume(returning: nil)
  }
}

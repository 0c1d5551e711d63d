// Decides when the lines in front of limits are looked at, and by which replica: each shard by one, by a lease.

import Logging
public import MartletModel
public import MartletStore
import Metrics
import Synchronization

/// Moves free slots to those who wait, in their order. Whoever gives slots back only leaves a mark.
///
/// A replica takes every shard that nobody has; when it dies, another has them within the lease. Its grants are fenced
/// by the term of that lease, and they lock the limits, so two granters could at worst be slow.
public final class LimitGranter: PacedService {
  private struct State {
    var shards: [LimitShard: Int64] = [:]
    var renewal: ContinuousClock.Instant?
    var last: LimitShard?
  }

  /// What the services of the engine share.
  public let context: EngineContext
  /// This granter.
  public let id: ObjectID
  private let room: LimitRoom?
  private let state = Mutex(State())
  private let granted = Metrics.Counter(label: "martlet_slots_granted_to_waiters_total")

  /// Makes the service; who waits in the room is told at once of what it is granted.
  public init(_ context: EngineContext, room: LimitRoom? = nil, id: ObjectID = .random()) {
    self.context = context
    self.room = room
    self.id = id
  }

  /// The shards it had at its last look.
  public var shards: Set<LimitShard> { state.withLock { Set($0.shards.keys) } }

  /// Looks at the lines of one shard, or waits until there is one to look at.
  public func step() async throws -> Duration {
    let shards = try await keepShards()
    let last = state.withLock { $0.last }
    let serve = { [store, id] (guests: Set<LeaseID>) async throws(StoreError) -> LineLook in
      try await store.serveLines(id, shards: shards, after: last, guests: guests)
    }
    let look = if let room { try await room.serving(serve) } else { try await serve([]) }
    state.withLock { $0.last = look.shard }
    switch look.round {
    case .served(let count):
      granted.increment(by: count)
      return settings.linePause
    case .fenced:
      state.withLock { $0.renewal = nil }
      return settings.linePause
    case .idle: break
    }
    let next = try await store.timeToNextLine(of: shards.keys)
    let due = next.map { max(.milliseconds(1), Duration.microseconds($0.microseconds)) }
    let patience = min(settings.lineInterval, due ?? settings.lineInterval)
    _ = await store.limitSignals.lines.wait(atMost: patience)
    return settings.linePause
  }

  /// Leaves its shards to the others at once.
  public func stop() async {
    state.withLock { $0 = State() }
    try? await store.leaveGranterShards(id)
  }

  private func keepShards() async throws(StoreError) -> [LimitShard: Int64] {
    let (known, renewal) = state.withLock { ($0.shards, $0.renewal) }
    if let renewal, ContinuousClock.now < renewal { return known }
    // Read before: the lease is never trusted for longer than it runs.
    let next = ContinuousClock.now + .microseconds(settings.granterLease.microseconds / 4)
    let taken = try await store.takeGranterShards(id, lease: settings.granterLease)
    let more = Set(taken.keys).subtracting(known.keys)
    if !more.isEmpty { logger.debug("grants slots of \(more.count) more shards") }
    state.withLock {
      $0.shards = taken
      $0.renewal = next
    }
    return taken
  }
}

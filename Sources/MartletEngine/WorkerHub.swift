// Decides which workers are connected to this replica, how many runs each would take, and what each was offered that no
// executor has begun yet.

public import MartletModel
public import MartletStore
import Synchronization

/// The workers that are connected to this replica.
public final class WorkerHub: Sendable {
  /// A worker as it comes.
  public struct Guest: Sendable {
    /// Its id.
    public var id: WorkerID
    /// Its pool.
    public var pool: PoolID
    /// Its namespace.
    public var namespace: Namespace
    /// Who it says it is.
    public var identity: WorkerIdentity
    /// The mark of its coming.
    public var seen: Instant
    /// Whether it is to leave.
    public var isDraining: Bool
    /// How long it may be silent; nil when its being here is its sign of life.
    public var lease: Interval?

    /// Makes a guest.
    public init(
      _ entered: EnteredWorker, pool: PoolID, namespace: Namespace, identity: WorkerIdentity,
      lease: Interval? = nil
    ) {
      id = entered.id
      seen = entered.seen
      isDraining = entered.isDraining
      self.pool = pool
      self.namespace = namespace
      self.identity = identity
      self.lease = lease
    }
  }

  /// A run that a worker was offered here.
  struct OpenOffer: Sendable {
    var runID: RunID
    var epoch: Int64
    var worker: WorkerID
    var expires: ContinuousClock.Instant
    var isAccepted = false
  }

  private struct Member: Sendable {
    var guest: Guest
    var sink: any OfferSink
    var credit = 0
    // Offers that may have crossed with its last word on credit: it may send back so many for want of room.
    var crossed = 0
    var heard: ContinuousClock.Instant
    var declined: [RunID: ContinuousClock.Instant] = [:]
  }

  private struct State: Sendable {
    var members: [WorkerID: Member] = [:]
    var offers: [RunID: OpenOffer] = [:]
    var accepted: [(worker: WorkerID, run: RunID, epoch: Int64)] = []
    // Runs that could not be offered a moment ago.
    var resting: [RunID: ContinuousClock.Instant] = [:]
    var offered: ContinuousClock.Instant?
    var swept = ContinuousClock.now
    var isClosed = false
  }

  private let state = Mutex(State())
  private let wake: @Sendable () -> Void
  private static let declineRest = Duration.seconds(30)
  private static let crossingRest = Duration.seconds(1)

  /// Makes a hub; `wake` is called when there may be something for the dispatcher.
  public init(wake: @escaping @Sendable () -> Void) { self.wake = wake }

  // MARK: What streams say

  /// Takes a worker in. One of the same id that is here already is told that it was replaced.
  public func enter(_ guest: Guest, sink: any OfferSink) {
    let (old, isClosed) = state.withLock { state in
      let old = state.members[guest.id]?.sink
      state.members[guest.id] = Member(guest: guest, sink: sink, heard: .now)
      return (old, state.isClosed)
    }
    old?.tell(.replaced)
    if guest.isDraining { sink.tell(.drain) }
    if isClosed { sink.tell(.closing) }
  }

  /// A worker's stream has ended; what came after it stays.
  public func leave(_ guest: Guest) {
    state.withLock { state in
      guard state.members[guest.id]?.guest.seen == guest.seen else { return }
      state.members[guest.id] = nil
      for (run, offer) in state.offers where offer.worker == guest.id { state.offers[run] = nil }
    }
  }

  /// A worker lives.
  public func hear(_ guest: Guest) {
    change(guest) { $0.heard = .now }
  }

  /// A worker would take so many runs more.
  public func credit(_ guest: Guest, _ runs: Int) {
    state.withLock { state in
      let open = state.offers.values.count { $0.worker == guest.id && !$0.isAccepted }
      guard state.members[guest.id]?.guest.seen == guest.seen else { return }
      state.members[guest.id]?.credit = max(0, min(runs, 10_000))
      state.members[guest.id]?.crossed = open
      state.members[guest.id]?.heard = .now
    }
    if runs > 0 { wake() }
  }

  /// A worker takes no more.
  public func drain(_ guest: Guest) {
    change(guest) { $0.guest.isDraining = true }
  }

  /// A worker has taken a run.
  public func accept(_ guest: Guest, _ run: RunID, epoch: Int64) {
    state.withLock { state in
      if state.offers[run]?.epoch == epoch { state.offers[run]?.isAccepted = true }
      state.accepted.append((guest.id, run, epoch))
    }
    wake()
  }

  /// A worker sends a run back: it is not offered to it for a while.
  public func decline(_ guest: Guest, _ run: RunID) {
    let now = ContinuousClock.now
    state.withLock { state in
      state.offers[run] = nil
      guard var member = state.members[guest.id], member.guest.seen == guest.seen else { return }
      let isCrossing = member.crossed > 0
      if isCrossing { member.crossed -= 1 }
      member.declined = member.declined.filter { now < $0.value }
      member.declined[run] = now + (isCrossing ? Self.crossingRest : Self.declineRest)
      state.members[guest.id] = member
    }
  }

  /// A run is no open offer any more.
  public func forget(_ run: RunID) { state.withLock { $0.offers[run] = nil } }

  /// How many more runs workers that are connected here would take.
  public func credit(of workers: some Sequence<WorkerID>) -> [WorkerID: Int] {
    state.withLock { state in
      var credit: [WorkerID: Int] = [:]
      for worker in workers { credit[worker] = state.members[worker]?.credit }
      return credit
    }
  }

  /// Sends everybody away: the server is stopping.
  public func close() {
    let sinks = state.withLock { state in
      state.isClosed = true
      return state.members.values.map(\.sink)
    }
    for sink in sinks { sink.tell(.closing) }
  }

  // MARK: What the dispatcher does

  /// Whether nobody is here.
  var isEmpty: Bool { state.withLock { $0.members.isEmpty } }

  /// The workers that would take runs, by pool.
  func ready() -> [PoolID: [ReadyWorker]] {
    let now = ContinuousClock.now
    return state.withLock { state in
      var ready: [PoolID: [ReadyWorker]] = [:]
      for member in state.members.values where member.credit > 0 && !member.guest.isDraining {
        let identity = member.guest.identity
        ready[member.guest.pool, default: []].append(
          ReadyWorker(
            Dispatch.Worker(
              id: member.guest.id, credit: member.credit, labels: identity.labels,
              queues: identity.queues, deployments: identity.deployments,
              declined: Set(member.declined.filter { now < $0.value }.keys)),
            seen: member.guest.seen))
      }
      return ready
    }
  }

  /// Runs that are not to be offered at this moment.
  func resting() -> [RunID] {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.resting = state.resting.filter { now < $0.value }
      return state.resting.keys.sorted()
    }
  }

  /// Has runs left alone for a while.
  func rest(_ runs: [RunID], for time: Duration) {
    state.withLock { state in for run in runs { state.resting[run] = .now + time } }
  }

  /// The session of a worker that is here.
  func session(of worker: WorkerID) -> SessionID? {
    state.withLock { $0.members[worker]?.guest.identity.sessionID }
  }

  /// Hands runs to a worker.
  /// - Returns: Whether it is still here.
  func send(_ offers: [RunOffer], to worker: WorkerID, lasting time: Duration) -> Bool {
    let sink = state.withLock { state -> (any OfferSink)? in
      guard state.members[worker] != nil else { return nil }
      state.members[worker]?.credit -= offers.count
      state.offered = .now
      for offer in offers {
        state.offers[offer.record.id] = OpenOffer(
          runID: offer.record.id, epoch: offer.epoch, worker: worker, expires: .now + time)
      }
      return state.members[worker]?.sink
    }
    sink?.offer(offers)
    return sink != nil
  }

  /// What workers have taken since the last time.
  func takeAccepted() -> [(worker: WorkerID, run: RunID, epoch: Int64)] {
    state.withLock { state in
      defer { state.accepted = [] }
      return state.accepted
    }
  }

  /// Whether something was offered here that has not begun.
  var hasOpenOffers: Bool { state.withLock { !$0.offers.isEmpty } }

  /// What was offered here and has not begun: all of it, or of more so many that come after a run, in turn.
  func openOffers(after run: RunID?, limit: Int) -> [OpenOffer] {
    let offers = state.withLock { Array($0.offers.values) }
    guard offers.count > limit else { return offers }
    let sorted = offers.sorted { $0.runID < $1.runID }
    let start = run.flatMap { run in sorted.firstIndex { $0.runID > run } } ?? 0
    return Array(sorted[start...].prefix(limit))
  }

  /// Ends the watch over a run, and tells its worker something.
  func close(_ offer: OpenOffer, telling notice: WorkerNotice? = nil) {
    let sink = state.withLock { state -> (any OfferSink)? in
      if state.offers[offer.runID]?.epoch == offer.epoch { state.offers[offer.runID] = nil }
      return state.members[offer.worker]?.sink
    }
    if let notice { sink?.tell(notice) }
  }

  /// Tells a worker something.
  func tell(_ notice: WorkerNotice, to worker: WorkerID) {
    state.withLock { $0.members[worker]?.sink }?.tell(notice)
  }

  /// The workers that have been heard of within their leases.
  func living() -> [(id: WorkerID, session: SessionID)] {
    let now = ContinuousClock.now
    return state.withLock { state in
      state.members.values
        .filter { member in
          member.guest.lease.map { now - member.heard < .microseconds($0.microseconds) } ?? true
        }
        .map { ($0.guest.id, $0.guest.identity.sessionID) }
    }
  }

  /// Whether it is time to look for offers that lapsed: often after offers were made here, else seldom.
  var isSweepDue: Bool {
    let now = ContinuousClock.now
    return state.withLock { state in
      let isBusy = state.offered.map { now < $0 + .seconds(60) } ?? false
      guard isBusy || state.swept + .seconds(60) < now else { return false }
      state.swept = now
      return true
    }
  }

  /// Takes over what the database says of workers: who is to leave, who came again elsewhere, who is lost.
  public func heed(_ standings: [WorkerStanding], of asked: [WorkerID]) {
    let known = Dictionary(standings.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var notices: [(any OfferSink, WorkerNotice)] = []
    state.withLock { state in
      for id in asked {
        guard let member = state.members[id] else { continue }
        guard let standing = known[id], standing.hasSession else {
          notices.append((member.sink, .lost))
          continue
        }
        if standing.seen > member.guest.seen {
          notices.append((member.sink, .replaced))
        } else if standing.isDraining, !member.guest.isDraining {
          state.members[id]?.guest.isDraining = true
          notices.append((member.sink, .drain))
        }
      }
    }
    for (sink, notice) in notices { sink.tell(notice) }
  }

  private func change(_ guest: Guest, _ body: (inout Member) -> Void) {
    state.withLock { state in
      guard var member = state.members[guest.id], member.guest.seen == guest.seen else { return }
      body(&member)
      state.members[guest.id] = member
    }
  }
}

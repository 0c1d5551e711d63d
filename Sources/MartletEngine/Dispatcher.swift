// Decides when runs are handed to workers: after a commit that touched what waits, here or elsewhere, when a worker would
// take more, when the next run is due. Without a worker, or while nothing waits, it does nothing.

import Logging
import MartletModel
import MartletStore
import Metrics
import Synchronization

/// Offers runs of deployments to the workers that are connected to this replica, and watches over offers until an
/// executor has begun.
public final class Dispatcher: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let hub: WorkerHub
  private let renderer = LaunchRenderer()
  private let checked = Mutex<ContinuousClock.Instant?>(nil)
  private let looked = Mutex<RunID?>(nil)
  private let settled = Mutex<ContinuousClock.Instant?>(nil)
  private let offered = Metrics.Counter(label: "martlet_runs_offered_total")

  /// Makes the service.
  public init(_ context: EngineContext, hub: WorkerHub) {
    self.context = context
    self.hub = hub
  }

  /// Hands out what there is, then waits until there may be more.
  public func step() async throws -> Duration {
    let pause = try await pass()
    if pause > .zero { _ = await store.workSignal.wait(atMost: pause) }
    return .zero
  }

  /// Hands out what there is.
  /// - Returns: How long nothing more can come of itself.
  public func pass() async throws -> Duration {
    guard !hub.isEmpty else { return .seconds(60) }
    try await takeAccepts()
    var pause = settings.idleInterval
    for (pool, _) in hub.ready() { pause = min(pause, try await serve(pool)) }
    return min(pause, try await watchOffers())
  }

  // MARK: Handing out

  /// Hands out the runs of a pool until no more can be.
  private func serve(_ pool: PoolID) async throws -> Duration {
    while true {
      guard let workers = hub.ready()[pool] else { return settings.idleInterval }
      let round = try await store.dispatch(
        pool, to: workers, excluding: hub.resting(), limit: settings.chunk)
      if !round.taken.isEmpty { try await offer(round.taken) }
      if !round.gone.isEmpty {
        let gone = round.gone.sorted()
        hub.heed(try await store.workerStandings(gone), of: gone)
      }
      if round.mayHaveMore { continue }
      guard let next = round.nextReady else { return settings.idleInterval }
      if next > .zero { return min(settings.idleInterval, .microseconds(next.microseconds)) }
      try await settle(pool)
      return settings.workInterval
    }
  }

  /// Offers what was taken: in one batch, and only what can be started.
  private func offer(_ taken: [DispatchRound.Taken]) async throws {
    var launches: [RunID: (launch: Launch, spec: DeploymentSpec)] = [:]
    var faults: [(run: RunID, problem: String)] = []
    let items = Dictionary(taken.map { ($0.runID, $0) }, uniquingKeysWith: { first, _ in first })
    do {
      for source in try await store.launchSources(of: taken.map(\.runID)) {
        switch renderer.launch(source) {
        case .success(let launch): launches[source.runID] = launch
        case .failure(let fault): faults.append((source.runID, fault.description))
        }
      }
      if !faults.isEmpty, let namespace = taken.first?.namespace {
        logger.notice("\(faults.count) runs cannot be started: \(faults[0].problem)")
        try await store.refuseLaunches(faults, in: namespace)
      }
      let ready = taken.filter { launches[$0.runID] != nil && hub.session(of: $0.workerID) != nil }
      let answers = try await store.transitions.submit(
        ready.map {
          .offer(Offer(runID: $0.runID, sessionID: hub.session(of: $0.workerID), hold: $0.hold))
        })
      var epochs: [RunID: Int64] = [:]
      for (item, answer) in zip(ready, answers) {
        if case .verdict(.accepted, _) = answer.result { epochs[item.runID] = answer.epoch }
      }
      offered.increment(by: epochs.count)
      let refused = taken.filter { epochs[$0.runID] == nil }
      hub.rest(refused.map(\.runID), for: settings.workInterval)
      try await store.releaseOffers(refused)
      try await hand(epochs, items, launches)
    } catch {
      // Where nothing is known of the offers, they lapse.
      try? await store.releaseOffers(taken)
      throw error
    }
  }

  /// Hands the runs that were offered to their workers.
  private func hand(
    _ epochs: [RunID: Int64], _ items: [RunID: DispatchRound.Taken],
    _ launches: [RunID: (launch: Launch, spec: DeploymentSpec)]
  ) async throws {
    guard let namespace = items.values.first?.namespace, !epochs.isEmpty else { return }
    let records = try await store.runs(epochs.keys.sorted(), in: namespace)
    var offers: [WorkerID: [RunOffer]] = [:]
    for record in records.sorted(by: { $0.id < $1.id }) {
      guard let item = items[record.id], let epoch = epochs[record.id],
        let launch = launches[record.id]
      else { continue }
      offers[item.workerID, default: []].append(
        RunOffer(
          record: record, epoch: epoch, launch: launch.launch, spec: launch.spec,
          expireTime: item.expireTime))
    }
    var homeless: [(run: RunID, epoch: Int64)] = []
    for (worker, offers) in offers
    where !hub.send(offers, to: worker, lasting: settings.acceptance) {
      homeless += offers.map { ($0.record.id, $0.epoch) }
    }
    try await store.withdrawOffers(homeless)
  }

  /// Says of runs whose deployment is full that they wait for it, or cancels them; now and then.
  private func settle(_ pool: PoolID) async throws {
    let now = ContinuousClock.now
    if let next = settled.withLock({ $0 }), now < next { return }
    settled.withLock { $0 = now + settings.workInterval }
    try await store.settleBlockedRuns(of: pool, limit: settings.chunk)
  }

  // MARK: Watching offers

  /// Writes down what workers have taken; they hear of what is not theirs any more.
  private func takeAccepts() async throws {
    let accepted = hub.takeAccepted()
    if accepted.isEmpty { return }
    let workers = Dictionary(
      accepted.map { ($0.run, $0.worker) }, uniquingKeysWith: { _, last in last })
    let lost = try await store.acceptOffers(accepted.map { ($0.run, $0.epoch) })
    for offer in lost {
      guard let worker = workers[offer.run] else { continue }
      hub.tell(.revoke(offer.run, epoch: offer.epoch), to: worker)
    }
  }

  /// Looks how runs stand that were offered here and have not begun; of many at some, the next time at others.
  /// - Returns: How long until the next look.
  private func watchOffers() async throws -> Duration {
    guard hub.hasOpenOffers else { return settings.idleInterval }
    let now = ContinuousClock.now
    if let last = checked.withLock({ $0 }), now < last + settings.offerPause {
      return now.duration(to: last + settings.offerPause)
    }
    checked.withLock { $0 = now }
    let offers = hub.openOffers(after: looked.withLock { $0 }, limit: settings.chunk)
    looked.withLock { $0 = offers.last?.runID }
    let standings = Dictionary(
      try await store.offerStandings(of: offers.map(\.runID)).map { ($0.runID, $0) },
      uniquingKeysWith: { first, _ in first })
    var next = now + (offers.count < settings.chunk ? settings.workInterval : settings.offerPause)
    var hasLapsed = false
    for offer in offers {
      guard let run = standings[offer.runID], run.epoch == offer.epoch else {
        hub.close(offer, telling: .revoke(offer.runID, epoch: offer.epoch))
        continue
      }
      switch run.stateType {
      case .pending where !run.isBound:
        guard !offer.isAccepted else { continue }
        if offer.expires <= now { hasLapsed = true } else { next = min(next, offer.expires) }
      case .scheduled where !run.isBound:
        hub.close(offer, telling: .revoke(offer.runID, epoch: offer.epoch))
      case .cancelled where !run.isBound, .crashed where !run.isBound:
        hub.close(offer, telling: .cancel(offer.runID, epoch: offer.epoch))
      default: hub.close(offer)
      }
    }
    if hasLapsed {
      let count = try await store.withdrawLapsedOffers(limit: settings.chunk)
      if count > 0 { logger.notice("\(count) offers lapsed: no worker took them in time") }
    }
    return now.duration(to: max(now + settings.offerPause, next))
  }
}

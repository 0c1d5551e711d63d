// Decides when schedules are looked at, and in which order what follows is written: whatever is cut short at whatever
// point is done again by whoever comes next, with the same outcome.

import Logging
import MartletModel
import MartletStore
import Metrics

/// Makes the runs of schedules ahead of their times, and lets them go when these have come. Any number of replicas may:
/// each schedule is in the hands of one at a time, and the ids of runs follow from their times.
public final class Scheduler: PacedService {
  /// Where a pass stands, for tests that cut it short.
  enum Point: CaseIterable {
    case taken, overdueMade, refused, cancelled, gatesMoved, aheadMade, advanced
  }

  /// What the services of the engine share.
  public let context: EngineContext
  private let catalog: ScheduleCatalog
  private let reached: @Sendable (Point) async throws -> Void
  private let made = Metrics.Counter(label: "martlet_scheduled_runs_total")
  private let failed = Metrics.Counter(label: "martlet_schedules_failed_total")
  private let idleTime = Metrics.Timer(label: "martlet_scheduler_idle_pass_seconds")

  /// The most runs that are made in one go.
  private static let batch = 2000

  /// Makes the service.
  public convenience init(_ context: EngineContext, zones: ZoneDirectory = .standard) {
    self.init(context, zones: zones) { _ in }
  }

  init(
    _ context: EngineContext, zones: ZoneDirectory = .standard,
    reached: @escaping @Sendable (Point) async throws -> Void
  ) {
    self.context = context
    catalog = ScheduleCatalog(zones: zones)
    self.reached = reached
  }

  /// Deals with what is due, then waits until something may be.
  public func step() async throws -> Duration {
    let pause = try await pass()
    guard pause > .zero else { return .zero }
    _ = await store.scheduleSignal.wait(atMost: pause)
    return settings.schedulePause
  }

  /// Deals with what is due.
  /// - Returns: How long nothing will be of itself.
  public func pass() async throws -> Duration {
    let start = ContinuousClock.now
    let next = try await store.nextScheduleWake()
    if next.isMarked {
      try await store.wakeMarkedSchedules(limit: settings.chunk)
    } else {
      let wait =
        next.wait.map { Duration.microseconds($0.microseconds) } ?? settings.scheduleInterval
      if wait > .zero {
        idleTime.recordNanoseconds(Int64((ContinuousClock.now - start) / .nanoseconds(1)))
        return min(settings.scheduleInterval, wait)
      }
    }
    let taken = try await store.takeSchedules(limit: settings.chunk, hold: settings.hold)
    // What is due is in the hands of another replica: do not spin for it.
    if taken.isEmpty { return next.isMarked ? .zero : .milliseconds(20) }
    try await reached(.taken)
    var work = SchedulerPass(taken, catalog: catalog)
    try await deal(with: &work)
    return .zero
  }

  private func deal(with work: inout SchedulerPass) async throws {
    work.look()
    try await make(work.overdue(), in: &work)
    try await reached(.overdueMade)
    let items = try await store.scheduledItems(
      of: work.ids, wholly: work.exclusive, dueBy: work.now)
    work.decide(items)
    try await refuse(work)
    try await reached(.refused)
    let cancellations = work.cancellations
    if !cancellations.isEmpty { _ = try await store.transitions.submit(cancellations) }
    try await reached(.cancelled)
    try await store.moveGates(opened: work.opened, buffered: work.buffered)
    try await reached(.gatesMoved)
    // What others wait for comes before what nobody waits for yet.
    if work.opened.isEmpty {
      try await make(work.ahead(), in: &work)
      try await reached(.aheadMade)
    }
    let stale = try await store.advance(work.progress())
    for (namespace, runs) in work.unwanted(stale) {
      try await store.removeWaitingRuns(runs, in: namespace, actor: "service:scheduler")
    }
    for (namespace, runs) in work.leftovers {
      try await store.removeWaitingRuns(runs, in: namespace, actor: "service:scheduler")
    }
    await report(work.failures)
    try await reached(.advanced)
  }

  /// Makes runs, in batches; what could not be made stays to be made.
  private func make(
    _ makings: [(index: Int, making: ScheduleMaking)], in work: inout SchedulerPass
  ) async throws {
    if makings.isEmpty { return }
    let sources = try await catalog.sources(of: work.deployments(makings), in: store)
    var commands: [Command] = []
    var counts: [(index: Int, making: ScheduleMaking, count: Int)] = []
    for (index, making) in makings {
      guard let own = work.commands(index, making, sources) else { continue }
      commands += own
      counts.append((index, making, own.count))
    }
    var answers: [CommandAnswer] = []
    var rest = commands[...]
    while !rest.isEmpty {
      answers += try await store.transitions.submit(
        Array(rest.prefix(Self.batch)), acceptsAnyID: true)
      rest = rest.dropFirst(Self.batch)
    }
    made.increment(by: answers.count)
    var place = 0
    for (index, making, count) in counts {
      work.note(
        index, making, commands[place..<place + count].map(\.runID),
        answers[place..<place + count])
      place += count
    }
  }

  /// Ends runs that are not let go.
  private func refuse(_ work: SchedulerPass) async throws {
    let refusals = work.refusals
    if !refusals.isEmpty { _ = try await store.transitions.submit(refusals) }
  }

  /// Says which schedules make nothing any more.
  private func report(_ failures: [TakenSchedule]) async {
    for schedule in failures {
      failed.increment()
      let row = schedule.row
      logger.error("the schedule \(row.spec.slug) (\(row.id)) makes nothing: \(schedule.error)")
      let payload = JSON.object(
        [
          ("slug", row.spec.slug), ("deployment", "\(schedule.deploymentID)"),
          ("error", schedule.error),
        ]
        .reduce(into: JSONMembers()) { $0.set(JSONText($1.0), to: .string(JSONText($1.1))) })
      _ = try? await store.events.publish(
        [
          Event(
            namespace: row.namespace, name: ScheduleSpec.failureName, time: schedule.now,
            resource: EventResource(id: "martlet.schedule.\(row.id)"),
            payload: payload.description, actor: "service:scheduler")
        ], areOwn: true)
    }
  }
}

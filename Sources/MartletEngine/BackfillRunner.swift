// Decides how backfills go on: some runs are made ahead of those that go, so many go at a time, to the last.

import Logging
import MartletModel
import MartletStore

/// Makes the runs of backfills and lets them go. Any replica may: each backfill is in the hands of one at a time, and the
/// ids of its runs follow from their times.
public final class BackfillRunner: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let catalog: ScheduleCatalog
  private let willMake: @Sendable () async -> Void

  /// Runs that wait at least, while there are more to make.
  private static let ahead = 100
  /// Backfills that are taken at a time.
  private static let taken = 16

  /// Makes the service.
  public convenience init(_ context: EngineContext, zones: ZoneDirectory = .standard) {
    self.init(context, zones: zones) {}
  }

  /// - Parameter willMake: Called when runs are about to be made, for tests of what others do meanwhile.
  init(
    _ context: EngineContext, zones: ZoneDirectory = .standard,
    willMake: @escaping @Sendable () async -> Void
  ) {
    self.context = context
    catalog = ScheduleCatalog(zones: zones)
    self.willMake = willMake
  }

  /// Carries backfills on, then waits until something may have changed.
  public func step() async throws -> Duration {
    if try await pass() > 0 { return .zero }
    _ = await store.backfillSignal.wait(atMost: settings.scheduleInterval * 5)
    return settings.schedulePause
  }

  /// Carries every backfill on that goes on.
  /// - Returns: How many runs were made or let go.
  public func pass() async throws -> Int {
    var count = 0
    var last: BackfillID?
    while true {
      let taken = try await store.takeBackfills(
        after: last, limit: Self.taken, hold: settings.hold)
      for backfill in taken { count += try await carry(backfill) }
      guard taken.count == Self.taken else { return count }
      last = taken.last?.id
    }
  }

  private func carry(_ backfill: TakenBackfill) async throws -> Int {
    guard let schedule = try await store.takenSchedule(backfill.scheduleID) else {
      try await store.giveUp(backfill)
      return 0
    }
    let row = schedule.row
    do throws(InvalidValue) {
      let times = BackfillTimes(backfill, try catalog.timetable(row), size: Self.ahead)
      var count = 0
      var isMade = times.chunk.isEmpty
      if !isMade, backfill.waiting < Self.ahead {
        guard let made = await make(times, of: backfill, schedule) else { return 0 }
        count = made
        isMade = times.isLast
      }
      let opened: Int
      do { opened = try await store.open(backfill, isMade: isMade) } catch {
        logger.warning("the backfill \(backfill.id) waits: \(error)")
        return 0
      }
      return count + opened
    } catch {
      // Another replica may know the zone: it stays in this one's hands for a while, and is tried again.
      logger.warning("the backfill \(backfill.id) waits, for its schedule has no times: \(error)")
      return 0
    }
  }

  /// Makes a chunk of runs; nil when that did not come to its end.
  private func make(
    _ times: BackfillTimes, of backfill: TakenBackfill, _ schedule: TakenSchedule
  ) async -> Int? {
    do {
      var ticks = times.chunk
      if backfill.onlyMissing {
        // What was to come when it was created is the schedule's own.
        ticks.removeAll { $0 > backfill.createTime }
        let made = try await store.madeTicks(ticks, of: backfill.scheduleID, but: backfill.id)
        ticks.removeAll(where: made.contains)
      }
      let sources = try await catalog.sources(of: [schedule.deploymentID], in: store)
      guard let source = sources[schedule.deploymentID] else {
        try await store.giveUp(backfill)
        return nil
      }
      var commands: [Command] = []
      for time in ticks {
        let tick = Placement.Tick(scheduleID: backfill.scheduleID, time: time)
        commands.append(
          try source.command(
            .of(tick, in: backfill.namespace, backfill: backfill.id), tick,
            due: time > backfill.createTime ? time : nil, of: schedule.row, backfill: backfill.id,
            parameters: backfill.parameters, actor: "backfill:\(backfill.id)"))
      }
      await willMake()
      let answers = try await store.transitions.submit(commands, acceptsAnyID: true)
      guard answers.allSatisfy(\.isMade), let last = times.chunk.last else {
        logger.warning("runs of the backfill \(backfill.id) were not made: it is tried again")
        try await clear(backfill, commands.map(\.runID))
        return nil
      }
      if try await store.advance(backfill, to: last, runs: commands.count) { return commands.count }
      try await clear(backfill, commands.map(\.runID))
    } catch let error as ParameterFaults {
      logger.error("the backfill \(backfill.id) ends: \(error.faults.map(\.description))")
      try? await store.giveUp(backfill)
    } catch {
      logger.warning("the backfill \(backfill.id) waits: \(error)")
    }
    return nil
  }

  /// Removes runs that were made while their backfill was cancelled: nobody would let them go. Where another runner has
  /// taken the backfill over, they are its runs.
  private func clear(_ backfill: TakenBackfill, _ runs: [RunID]) async throws(StoreError) {
    do throws(StoreError) {
      let state = try await store.backfill(backfill.id, in: backfill.namespace).state
      if state == .cancelled { try await store.giveUp(backfill) }
    } catch .notFound {
      try await store.removeWaitingRuns(runs, in: backfill.namespace, actor: "service:backfill")
    }
  }
}

/// The next times of a backfill, in its order.
struct BackfillTimes {
  /// The times.
  let chunk: [Instant]
  /// Whether there are none after them.
  let isLast: Bool

  init(_ backfill: TakenBackfill, _ timetable: Timetable, size: Int) {
    let all: [Instant]
    if backfill.newestFirst {
      let end = backfill.cursor ?? backfill.to
      all = timetable.last(size + 1, from: backfill.from, to: end)
    } else {
      let start = backfill.cursor.map { $0 + Interval(microseconds: 1) } ?? backfill.from
      all = timetable.occurrences(from: start, to: backfill.to, limit: size + 1).map(\.instant)
    }
    chunk = Array(all.prefix(size))
    isLast = all.count <= size
  }
}

// Decides what one pass of the scheduler does with the schedules in its hands: the pure steps, applied to each.

import MartletModel
import MartletStore

/// The schedules that one pass has taken, and what was decided about them so far.
struct SchedulerPass {
  private struct Entry {
    var taken: TakenSchedule
    var timetable: Timetable?
    var letting = ScheduleLetting()
    var isBuffering = false
    var made: [(run: RunID, time: Instant)] = []
    var isStuck = false
    var hadError: String
  }

  /// After so long a schedule that is flagged is looked at again.
  private static let flaggedPause = Interval.seconds(60)

  private var entries: [Entry]
  private let catalog: ScheduleCatalog
  /// Postgres's time when they were taken.
  let now: Instant

  init(_ taken: [TakenSchedule], catalog: ScheduleCatalog) {
    entries = taken.map { Entry(taken: $0, hadError: $0.error) }
    self.catalog = catalog
    now = taken.map(\.now).max() ?? .epoch
  }

  /// All schedules.
  var ids: [ScheduleID] { entries.map(\.taken.row.id) }

  /// Those whose runs look at what goes on.
  var exclusive: [ScheduleID] {
    entries.map(\.taken.row).filter { $0.spec.overlap != .allow }.map(\.id)
  }

  /// Finds the timetables. One that has none is flagged, and still lets go what was made before.
  mutating func look() {
    for index in entries.indices {
      entries[index].taken.error = ""
      do throws(InvalidValue) {
        entries[index].timetable = try catalog.timetable(entries[index].taken.row)
      } catch {
        fail(index, "\(error)")
      }
    }
  }

  private mutating func fail(_ index: Int, _ error: String) {
    entries[index].taken.error = error
    entries[index].timetable = nil
  }

  /// What is to be made of times that have come.
  func overdue() -> [(index: Int, making: ScheduleMaking)] {
    makings { ScheduleMaking.overdue($0, $1, now: now) }
  }

  /// What is to be made ahead.
  func ahead() -> [(index: Int, making: ScheduleMaking)] {
    makings { ScheduleMaking.ahead($0, $1, now: now) }
  }

  private func makings(
    _ decide: (ScheduleRow, Timetable) -> ScheduleMaking?
  ) -> [(index: Int, making: ScheduleMaking)] {
    entries.indices.compactMap { index in
      let entry = entries[index]
      guard let timetable = entry.timetable, !entry.isStuck,
        let making = decide(entry.taken.row, timetable)
      else { return nil }
      return (index, making)
    }
  }

  /// The deployments of what is to be made.
  func deployments(_ makings: [(index: Int, making: ScheduleMaking)]) -> Set<DeploymentID> {
    Set(makings.filter { !$0.making.ticks.isEmpty }.map { entries[$0.index].taken.deploymentID })
  }

  /// The creations of a schedule's runs; nil when it is flagged instead.
  mutating func commands(
    _ index: Int, _ making: ScheduleMaking, _ sources: [DeploymentID: ScheduleCatalog.Source]
  ) -> [Command]? {
    if making.ticks.isEmpty { return [] }
    let entry = entries[index]
    guard let source = sources[entry.taken.deploymentID] else {
      fail(index, "its deployment is gone, or its version cannot be read")
      return nil
    }
    let row = entry.taken.row
    do throws(ParameterFaults) {
      var commands: [Command] = []
      for time in making.ticks {
        let tick = Placement.Tick(scheduleID: row.id, time: time.time)
        commands.append(
          try source.command(
            .of(tick, in: row.namespace, generation: row.generation), tick, due: time.due, of: row,
            actor: "schedule:\(row.id)"))
      }
      return commands
    } catch {
      fail(index, error.faults.prefix(5).map(\.description).joined(separator: "; "))
      return nil
    }
  }

  /// Notes what came of a schedule's creations.
  mutating func note(
    _ index: Int, _ making: ScheduleMaking, _ runs: [RunID], _ answers: ArraySlice<CommandAnswer>
  ) {
    entries[index].made += zip(runs, making.ticks).map { (run: $0, time: $1.time) }
    if let wrong = answers.first(where: { !$0.isMade }) {
      if case .failure(.homeless) = wrong.result {
        entries[index].isStuck = true
      } else if case .failure(let error) = wrong.result {
        fail(index, "its runs are refused: \(error)")
      } else {
        entries[index].isStuck = true
      }
      return
    }
    entries[index].taken.row.madeUntil = max(entries[index].taken.row.madeUntil, making.madeUntil)
  }

  /// Decides about the runs whose time has come.
  mutating func decide(_ items: [ScheduleID: [ScheduledItem]]) {
    for index in entries.indices {
      let row = entries[index].taken.row
      let own = items[row.id] ?? []
      entries[index].letting = ScheduleLetting(row, items: own, now: now)
      let letting = entries[index].letting
      let gone = Set(letting.opened + letting.refused.map(\.run))
      let left = own.filter { $0.gate == .buffered && !gone.contains($0.runID) }
      entries[index].isBuffering = !left.isEmpty || !letting.buffered.isEmpty
    }
  }

  /// Runs that start.
  var opened: [RunID] { entries.flatMap(\.letting.opened) }
  /// Runs that wait for others to end.
  var buffered: [RunID] { entries.flatMap(\.letting.buffered) }

  /// Commands that end runs which are not let go.
  var refusals: [Command] {
    entries.flatMap { entry in
      entry.letting.refused.map { run, why -> Command in
        let name: String
        let message: String
        switch why {
        case .missed:
          name = "Missed"
          message = "Nobody saw its time come, and the schedule does not make up for it."
        case .skipped(let other):
          name = "Skipped"
          message = "Its time came while \(other.map { "run \($0)" } ?? "another run") goes on."
        }
        return .setState(
          StateOverride(
            namespace: entry.taken.row.namespace, runID: run,
            actor: "schedule:\(entry.taken.row.id)",
            state: RunState(.cancelled, name: name, message: message)))
      }
    }
  }

  /// Commands that cancel runs which make way for others.
  var cancellations: [Command] {
    entries.flatMap { entry in
      entry.letting.cancelled.map { run -> Command in
        .cancel(
          Cancellation(
            namespace: entry.taken.row.namespace, runID: run,
            actor: "schedule:\(entry.taken.row.id)",
            message: "The next run of its schedule takes its place."))
      }
    }
  }

  /// Runs that never were to be.
  var leftovers: [Namespace: [RunID]] {
    entries.reduce(into: [:]) { runs, entry in
      if !entry.letting.leftovers.isEmpty {
        runs[entry.taken.row.namespace, default: []] += entry.letting.leftovers
      }
    }
  }

  /// Runs that were made of schedules which have changed meanwhile, or are gone. A change keeps those of times before it.
  func unwanted(_ stale: StaleSchedules) -> [Namespace: [RunID]] {
    entries.reduce(into: [:]) { runs, entry in
      let row = entry.taken.row
      var made = entry.made
      if let since = stale.changed[row.id] {
        made.removeAll { $0.time <= since }
      } else if !stale.gone.contains(row.id) {
        return
      }
      if !made.isEmpty { runs[row.namespace, default: []] += made.map(\.run) }
    }
  }

  /// Schedules that are flagged now and were not before.
  var failures: [TakenSchedule] {
    entries.filter { !$0.taken.error.isEmpty && $0.taken.error != $0.hadError }.map(\.taken)
  }

  /// How far all have come, and when to look again.
  func progress() -> [ScheduleProgress] {
    entries.map { entry in
      var taken = entry.taken
      var wake: Instant?
      if let timetable = entry.timetable { wake = taken.row.makeTime(timetable, now: now) }
      // What is wrong may be wrong on this replica only, or for a while.
      if !taken.error.isEmpty, !taken.row.isHeld { wake = now + Self.flaggedPause }
      if entry.isStuck { wake = now + .milliseconds(500) }
      taken.row.firedUntil = max(taken.row.firedUntil, min(now, taken.row.madeUntil))
      if entry.isBuffering {
        // A run that ends just now may not see who waits for it.
        let soon = now + (entry.letting.buffered.isEmpty ? .seconds(2) : .zero)
        wake = wake.map { min($0, soon) } ?? soon
      }
      return ScheduleProgress(taken, wake: wake)
    }
  }
}

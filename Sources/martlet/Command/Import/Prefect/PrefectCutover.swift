// Decides how schedules and automations move from a Prefect server to this one while both go on.
//
// A schedule has runs ahead of time there. They are noted here, then the schedule is paused there, which takes away those that
// nobody has taken; whatever is left runs there. Here it begins a little later, at a moment that is noted too; the noted times
// before it that are gone there become runs of their own, with ids that follow from schedule and time. What was noted is a
// variable on this server, so that whoever repeats the command goes on where it was broken off.

import Martlet
import MartletCall
import MartletModel
import MartletPrefect
import MartletProto
import MartletWire

/// One move of everything that is active.
final class PrefectCutover {
  let prefect: PrefectRequests
  let database: PrefectDatabase
  let connection: Connection
  /// How much later than now a schedule begins here: far more than the calls take.
  private static let distance: Int64 = 60
  private var moved = 0
  /// How many runs were made one by one.
  var runs = 0

  init(_ prefect: PrefectRequests, _ database: PrefectDatabase, _ connection: Connection) {
    self.prefect = prefect
    self.database = database
    self.connection = connection
  }

  /// Moves all there is; whether all of it went well.
  func run() async throws -> Bool {
    let here = try await PrefectRenaming(database, connection).deploymentsHere()
    var isGood = true
    var rows: [PrefectRow] = []
    try await database.each(PrefectStatements.deployments) { rows += $0 }
    for row in rows where !row.schedules.isEmpty {
      let name = "\(row.text("flow_name"))/\(row.text("name"))"
      guard let deployment = here[name] else {
        complain("martlet: \(name) is not here: its schedules stay where they are")
        isGood = false
        continue
      }
      for schedule in row.schedules {
        do {
          try await move(schedule.id, slug: schedule.slug, of: row.text("id"), to: deployment)
        } catch let status as Status where status.isAboutTheRecord {
          complain("martlet: schedule \(schedule.slug) of \(name): \(status.message)")
          isGood = false
        }
      }
    }
    let automations = try await PrefectAutomationCutover(prefect, database, connection).run()
    Terminal.standard.line(
      "Moved: \(moved) schedules, \(runs) runs that were due meanwhile, \(automations) automations."
    )
    return isGood
  }

  private func move(
    _ id: String, slug: String, of source: String, to deployment: Deployment
  ) async throws {
    guard var schedule = deployment.schedules.first(where: { $0.slug == slug }) else {
      throw Status(.notFound, "is not here: import the deployment with --overwrite")
    }
    var record = CutoverRecord(of: id, connection)
    try await record.read()
    if record.phase == .done { return }
    if record.phase != .paused {
      let there = try await scheduleThere(id, of: source)
      if record.phase == nil {
        guard there?["active"] == .bool(true) else { return }
        record.noted = try await waiting(for: id, of: source)
        try await record.write(.noted)
      }
      // What the scheduler there was about to make when the schedule was paused is taken away the second time.
      for _ in 0..<2 where there != nil { try await pauseThere(id, of: source, there) }
      var gone: [CutoverRecord.Tick] = []
      for tick in record.noted where try await !isThere(tick.run) { gone.append(tick) }
      record.noted = gone
      try await record.write(.paused)
    }
    if schedule.paused || schedule.startTime != record.begin {
      record.begin = try await clock(ahead: Self.distance)
      try await record.write(.paused)
      schedule.startTime = record.begin
      schedule.paused = false
      try await put(schedule, in: deployment.id)
    }
    for tick in record.noted where record.comesBeforeHere(tick) {
      try await make(tick, of: schedule, deployment)
    }
    if record.isShort {
      complain(
        """
        martlet: schedule \(slug): what Prefect had made ahead ends before it begins here; if it has times between, \
        `martlet backfill` makes up for them
        """)
    }
    try await record.write(.done)
    moved += 1
  }
}

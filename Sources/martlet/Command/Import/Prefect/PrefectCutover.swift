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
  private let prefect: PrefectRequests
  private let database: PrefectDatabase
  private let connection: Connection
  /// How much later than now a schedule begins here: far more than the calls take.
  private static let distance: Int64 = 60
  private static let page = 200
  private var moved = 0
  private var runs = 0

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
    let path = "/deployments/\(source)/schedules"
    if record.phase == nil {
      guard try await isActive(id, at: path) else { return }
      record.noted = try await waiting(for: id, of: source)
      try await record.write(.noted)
    }
    if record.phase == .noted {
      // What the scheduler there was about to make when the schedule was paused is taken away the second time.
      for _ in 0..<2 {
        _ = try await prefect.ask(.patch, "\(path)/\(id)", .object([("active", .bool(false))]))
      }
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
    try await record.write(.done)
    moved += 1
  }

  /// Whether a schedule is active in Prefect now.
  private func isActive(_ id: String, at path: String) async throws -> Bool {
    guard case .array(let schedules) = try await prefect.ask(.get, path) else { return false }
    return schedules.contains { $0["id"] == .text(id) && $0["active"] == .bool(true) }
  }

  /// The runs that Prefect has made ahead for a schedule.
  private func waiting(
    for id: String, of source: String
  ) async throws -> [CutoverRecord.Tick] {
    var ticks: [CutoverRecord.Tick] = []
    var offset = 0
    while true {
      let filter = JSON.object([
        (
          "flow_runs",
          .object([
            ("deployment_id", .object([("any_", .texts([source]))])),
            ("state", .object([("type", .object([("any_", .texts(["SCHEDULED"]))]))])),
          ])
        ),
        ("sort", .text("EXPECTED_START_TIME_ASC")), ("limit", .integer(Self.page)),
        ("offset", .integer(offset)),
      ])
      guard case .array(let page) = try await prefect.ask(.post, "/flow_runs/filter", filter)
      else { return ticks }
      for run in page.map({ PrefectRow(json: $0) }) {
        guard run.isScheduled(by: id), let time = run.expectedTime else { continue }
        ticks.append(CutoverRecord.Tick(run: run.text("id"), time: time))
      }
      if page.count < Self.page { return ticks }
      offset += page.count
    }
  }

  private func isThere(_ run: String) async throws -> Bool {
    do {
      _ = try await prefect.ask(.get, "/flow_runs/\(run)")
      return true
    } catch let status as Status where status.code == .notFound {
      return false
    }
  }

  /// The time of this server so many seconds later, in whole seconds.
  private func clock(ahead: Int64) async throws -> Timestamp {
    let info = try await connection.client.system.getServerInfo(GetServerInfoRequest())
    guard let time = info.time else { throw Status(.internal, "the server tells no time") }
    return Timestamp(seconds: time.seconds + ahead, nanos: 0)
  }

  /// Changes one schedule of a deployment as it is now.
  private func put(_ schedule: MartletProto.Schedule, in deployment: String) async throws {
    for attempt in 1... {
      let found = try await connection.client.deployments.getDeployment(
        GetDeploymentRequest(namespace: connection.namespace, deployment: deployment))
      guard var current = found.deployment,
        let place = current.schedules.firstIndex(where: { $0.slug == schedule.slug })
      else { throw Status(.notFound, "is no longer here") }
      current.schedules[place].startTime = schedule.startTime
      current.schedules[place].paused = schedule.paused
      do {
        _ = try await connection.client.deployments.updateDeployment(
          UpdateDeploymentRequest(
            namespace: connection.namespace, deploymentRef: deployment, deployment: current,
            updateMask: ["schedules"]))
        return
      } catch let status as Status where status.code == .aborted && attempt < 10 {}
    }
  }

  /// Makes the run of a time that comes before the schedule begins here, or passed while it was nowhere.
  private func make(
    _ tick: CutoverRecord.Tick, of schedule: MartletProto.Schedule, _ deployment: Deployment
  ) async throws {
    var run = Run()
    run.id = UUIDValue.derived(from: ["prefect tick", tick.run], version: 4).text
    run.parameters = schedule.parameters
    run.labels = ["prefect.flow-run.id": tick.run]
    run.state = State(type: .scheduled, detail: .scheduled(Scheduled(dueTime: tick.time)))
    do {
      _ = try await connection.client.runs.createRun(
        CreateRunRequest(
          namespace: connection.namespace, run: run, deployment: deployment.id))
      runs += 1
    } catch let status as Status where status.code == .alreadyExists {
      // Made by a pass that was broken off; the deployment was changed since.
    }
  }
}

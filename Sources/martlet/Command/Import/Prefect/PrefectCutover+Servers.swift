// Decides what a move asks of either server: which runs are ahead there and which are left, when it is here, and what begins.

import Martlet
import MartletCall
import MartletModel
import MartletPrefect
import MartletProto
import MartletWire

extension PrefectCutover {
  private static var page: Int { 200 }

  /// A schedule as Prefect has it now; nil when it is gone.
  func scheduleThere(_ id: String, of source: String) async throws -> JSON? {
    guard case .array(let all) = try await prefect.ask(.get, "/deployments/\(source)/schedules")
    else { return nil }
    return all.first { $0["id"] == .text(id) }
  }

  /// Pauses a schedule in Prefect. Its parameters are said again: without them, Prefect 3.9 forgets them.
  func pauseThere(_ id: String, of source: String, _ schedule: JSON?) async throws {
    let change = JSON.object([
      ("active", .bool(false)), ("parameters", schedule?["parameters"] ?? .object([])),
    ])
    _ = try await prefect.ask(.patch, "/deployments/\(source)/schedules/\(id)", change)
  }

  /// The runs that Prefect has made ahead for a schedule.
  func waiting(
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
        ("sort", .text("EXPECTED_START_TIME_ASC")), ("limit", .integer(PrefectCutover.page)),
        ("offset", .integer(offset)),
      ])
      guard case .array(let page) = try await prefect.ask(.post, "/flow_runs/filter", filter)
      else { return ticks }
      for run in page.map({ PrefectRow(json: $0) }) {
        guard run.isScheduled(by: id), let time = run.expectedTime else { continue }
        ticks.append(CutoverRecord.Tick(run: run.text("id"), time: time))
      }
      if page.count < PrefectCutover.page { return ticks }
      offset += page.count
    }
  }

  func isThere(_ run: String) async throws -> Bool {
    do {
      _ = try await prefect.ask(.get, "/flow_runs/\(run)")
      return true
    } catch let status as Status where status.code == .notFound {
      return false
    }
  }

  /// The time of this server so many seconds later, in whole seconds.
  func clock(ahead: Int64) async throws -> Timestamp {
    let info = try await connection.client.system.getServerInfo(GetServerInfoRequest())
    guard let time = info.time else { throw Status(.internal, "the server tells no time") }
    return Timestamp(seconds: time.seconds + ahead, nanos: 0)
  }

  /// Changes one schedule of a deployment as it is now.
  func put(_ schedule: MartletProto.Schedule, in deployment: String) async throws {
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
  func make(
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

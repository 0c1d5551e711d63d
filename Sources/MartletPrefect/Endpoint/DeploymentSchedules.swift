// Decides how the schedules of a deployment are read and changed one by one, by their ids.

internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  func readSchedules(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try shown(try await deployment(try request.id(), request.context)))
  }

  /// Adds schedules to those that there are.
  func createSchedules(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: [Shape.DeploymentScheduleCreate] = try request.body()
    let before = try await deployment(try request.id(), request.context).schedules.map(\.id)
    try await change(try request.id(), ["schedules"], request.context) { deployment in
      deployment.schedules += try asked.map { try Schedule($0) }
    }
    var deployment = try await deployment(try request.id(), request.context)
    deployment.schedules.removeAll { before.contains($0.id) }
    return .created(try shown(deployment))
  }

  func updateSchedule(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.DeploymentScheduleUpdate = try request.body()
    try await changeSchedule(request) { schedules, place in try schedules[place].take(asked) }
    return .done
  }

  func deleteSchedule(_ request: PrefectRequest) async throws -> PrefectResponse {
    try await changeSchedule(request) { schedules, place in schedules.remove(at: place) }
    return .done
  }

  private func changeSchedule(
    _ request: PrefectRequest, _ edit: (inout [MartletProto.Schedule], Int) throws -> Void
  ) async throws {
    let schedule = try request.id("schedule_id").text
    try await change(try request.id(), ["schedules"], request.context) { deployment in
      guard let place = deployment.schedules.firstIndex(where: { $0.id == schedule }) else {
        throw PrefectFailure(404, "Schedule not found")
      }
      try edit(&deployment.schedules, place)
    }
  }

  private func shown(
    _ deployment: MartletProto.Deployment
  ) throws(PrefectFailure) -> [Shape.DeploymentSchedule] {
    var shown: [Shape.DeploymentSchedule] = []
    for schedule in deployment.schedules {
      shown.append(try Shape.DeploymentSchedule(schedule, of: deployment))
    }
    return shown
  }
}

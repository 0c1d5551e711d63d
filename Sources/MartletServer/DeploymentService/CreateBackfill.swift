// Decides which backfills are begun: of a schedule that is there, over a range with a bounded number of times.

internal import MartletCall
internal import MartletEngine
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension DeploymentHandlers {
  func createBackfill(
    _ request: CreateBackfillRequest, context: CallContext
  ) async throws -> CreateBackfillResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let sent = request.backfill else { throw InvalidValue("backfill", "is required") }
      let deployment = try await backend.store.deployment(
        try DeploymentReference(sent.deployment, "backfill.deployment"), in: namespace,
        deadline: context.deadline)
      let schedule = try schedule(sent.schedule, of: deployment)
      let wanted = try backfill(sent, deployment, schedule)
      let times = try await offLoop { try Self.times(of: wanted, schedule) }
      try await checkParameters(wanted, deployment, schedule)
      if request.validateOnly {
        var shown = sent
        shown.id = ""
        shown.schedule = schedule.schedule.spec.slug
        shown.deployment = "\(deployment.id)"
        shown.times = Int64(times)
        return CreateBackfillResponse(backfill: shown)
      }
      let (created, isDuplicate) = try await backend.store.createBackfill(
        wanted, in: namespace, times: times, actor: context.principal.name,
        deadline: context.deadline)
      return CreateBackfillResponse(
        backfill: MartletProto.Backfill(created), duplicate: isDuplicate)
    }
  }

  private func schedule(
    _ slug: String, of deployment: MartletStore.Deployment
  ) throws(InvalidValue) -> StoredSchedule {
    let all = deployment.schedules
    let slugs = all.map(\.schedule.spec.slug).joined(separator: ", ")
    if slug.isEmpty {
      guard let only = all.first, all.count == 1 else {
        throw InvalidValue(
          "backfill.schedule",
          all.isEmpty
            ? "is of a deployment without schedules: give it one first"
            : "is required, for the deployment has several: \(slugs)")
      }
      return only
    }
    guard let found = all.first(where: { $0.schedule.spec.slug == slug }) else {
      throw InvalidValue("backfill.schedule", "is none of the deployment's: \(slugs)")
    }
    return found
  }

  /// So much the clocks of those who ask may be ahead.
  private static let clockSkew = Interval.seconds(60)

  private func backfill(
    _ sent: MartletProto.Backfill, _ deployment: MartletStore.Deployment, _ schedule: StoredSchedule
  ) throws(InvalidValue) -> MartletStore.Backfill.Request {
    guard let from = sent.fromTime, let to = sent.toTime else {
      throw InvalidValue(
        sent.fromTime == nil ? "backfill.from_time" : "backfill.to_time", "is required")
    }
    guard Instant(from) < Instant(to) else {
      throw InvalidValue("backfill.to_time", "is not after from_time")
    }
    guard !sent.onlyMissing || Instant(to) <= deployment.readTime + Self.clockSkew else {
      throw InvalidValue(
        "backfill.to_time",
        "is in the future: with only_missing give a time up to now, for the schedule makes the"
          + " runs of times to come")
    }
    guard 0...1000 ~= sent.maxParallel else {
      throw InvalidValue("backfill.max_parallel", "is \(sent.maxParallel): give 1 to 1000")
    }
    if let id = try BackfillID(optional: sent.id, "backfill.id") {
      do { try RunID(id.value).validate(now: .wallClock) } catch {
        throw InvalidValue("backfill.id", error.problem)
      }
    }
    return .init(
      id: try BackfillID(optional: sent.id, "backfill.id")
        ?? BackfillID(RunID.timeOrdered().value),
      deploymentID: deployment.id, scheduleID: schedule.schedule.id, from: Instant(from),
      to: Instant(to), onlyMissing: sent.onlyMissing,
      maxParallel: sent.maxParallel == 0 ? 1 : sent.maxParallel, newestFirst: sent.newestFirst,
      parameters: try sent.parameters?.jsonText("backfill.parameters") ?? "")
  }

  private static func times(
    of backfill: MartletStore.Backfill.Request, _ schedule: StoredSchedule
  ) throws(InvalidValue) -> Int {
    let spec = schedule.schedule.spec.schedule
    let most = MartletStore.Backfill.mostTimes
    let count = try Timetable(spec, in: try ZoneDirectory.standard.zone(spec.zone))
      .count(from: backfill.from, to: backfill.to, atMost: most + 1)
    guard count <= most else {
      throw InvalidValue(
        "backfill.to_time", "makes a range of more than \(most) times: take several shorter ones")
    }
    return count
  }

  private func checkParameters(
    _ backfill: MartletStore.Backfill.Request, _ deployment: MartletStore.Deployment,
    _ schedule: StoredSchedule
  ) async throws {
    guard let over = JSONMembers(text: backfill.parameters),
      let under = JSONMembers(text: schedule.schedule.spec.parameters)
    else { throw InvalidValue("backfill.parameters", "is no JSON object") }
    let spec = deployment.content.spec
    try await offLoop {
      let all = spec.parameters.overlaid(by: under).overlaid(by: over)
      let faults = try ParameterCheck(spec).faults(in: all, "backfill.parameters")
      if !faults.isEmpty { throw ParameterFaults(faults) }
    }
  }
}

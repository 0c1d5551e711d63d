// Decides what is shown of the times of schedules: by the function that makes their runs, what the clock's changes drop
// included.

internal import MartletCall
internal import MartletEngine
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension DeploymentHandlers {
  func previewSchedule(
    _ request: PreviewScheduleRequest, context: CallContext
  ) async throws -> PreviewScheduleResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let limit = try previewLimit(request.limit)
      guard request.schedule != nil || !request.deployment.isEmpty else {
        throw InvalidValue("schedule", "is required, or a deployment that has schedules")
      }
      var kept: [ShownSchedule] = []
      if !request.deployment.isEmpty {
        let deployment = try await backend.store.deployment(
          try DeploymentReference(request.deployment, "deployment"), in: namespace,
          deadline: context.deadline)
        kept = deployment.schedules.map {
          ShownSchedule(id: $0.schedule.id, spec: $0.schedule.spec)
        }
      }
      let from: Instant
      if let time = request.fromTime {
        from = Instant(time)
      } else {
        from = try await backend.store.ping(deadline: context.deadline)
      }
      let to = request.toTime.map(Instant.init)
      if let to, to <= from { throw InvalidValue("to_time", "is not after from_time") }
      // Off the loop once, however many schedules there are.
      return try await offLoop { [kept] in
        let times = try shown(kept, with: request.schedule).flatMap { schedule in
          try preview(schedule, from: from, to: to, limit: limit)
        }
        let sorted = times.sorted { left, right in
          let (a, b) = (Instant(left.time ?? .init()), Instant(right.time ?? .init()))
          return a == b ? left.schedule < right.schedule : a < b
        }
        return PreviewScheduleResponse(times: Array(sorted.prefix(limit)))
      }
    }
  }

  /// A schedule whose times are shown.
  private struct ShownSchedule: Sendable {
    /// Nil for one that is not kept.
    var id: ScheduleID?
    var spec: ScheduleSpec
  }

  /// The schedules of a deployment with the one that was sent: in the place of one of its name it is shown as it would be.
  private func shown(
    _ kept: [ShownSchedule], with sent: MartletProto.Schedule?
  ) throws -> [ShownSchedule] {
    guard let sent else { return kept }
    let spec = try ScheduleSpec(sent, "schedule")
    guard let named = try ScheduleSpec.named([spec], "schedule").first else { return kept }
    let same = kept.first { $0.spec.slug == spec.slug }
    return kept.filter { $0.spec.slug != spec.slug } + [ShownSchedule(id: same?.id, spec: named)]
  }

  private func previewLimit(_ limit: Int32) throws(InvalidValue) -> Int {
    guard 0...1000 ~= limit else { throw InvalidValue("limit", "is \(limit): give 1 to 1000") }
    return limit == 0 ? 20 : Int(limit)
  }

  private func preview(
    _ schedule: ShownSchedule, from: Instant, to: Instant?, limit: Int
  ) throws(InvalidValue) -> [ScheduledTime] {
    let spec = schedule.spec
    let zone = try ZoneDirectory.standard.zone(spec.schedule.zone)
    let timetable = try Timetable(spec.schedule, in: zone)
    return timetable.occurrences(from: from, to: to, limit: limit, withDropped: true).map {
      occurrence in
      var time = ScheduledTime()
      time.time = occurrence.instant.timestamp
      if let id = schedule.id, spec.jitter != nil, occurrence.fires {
        let before = occurrence.instant + Interval(microseconds: -1)
        time.dueTime =
          timetable.ticks(
            after: before, upTo: occurrence.instant, limit: 1, jitter: spec.jitter, schedule: id
          ).first?.due.timestamp
      } else if occurrence.fires {
        time.dueTime = time.time
      }
      time.localTime = occurrence.local.description
      time.utcOffset = Int32(clamping: occurrence.offset)
      time.zoneAbbreviation = zone.abbreviation(offset: occurrence.offset)
      time.clock = .init(occurrence.clock)
      time.fires = occurrence.fires
      time.schedule = spec.slug
      return time
    }
  }
}

extension ScheduledTime.Clock {
  fileprivate init(_ clock: Occurrence.Clock) {
    switch clock {
    case .ordinary: self = .unspecified
    case .skipped: self = .skipped
    case .first: self = .first
    case .second: self = .second
    }
  }
}

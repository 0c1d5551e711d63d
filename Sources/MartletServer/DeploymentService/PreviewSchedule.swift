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
      var shown: [(id: ScheduleID?, spec: ScheduleSpec)] = []
      if !request.deployment.isEmpty {
        let deployment = try await backend.store.deployment(
          try DeploymentReference(request.deployment, "deployment"), in: namespace,
          deadline: context.deadline)
        shown = deployment.schedules.map { ($0.schedule.id, $0.schedule.spec) }
      }
      if let schedule = request.schedule {
        let spec = try await offLoop { try ScheduleSpec(schedule, "schedule") }
        // A schedule of this name that the deployment has is shown as it would be.
        let place = shown.firstIndex { $0.spec.slug == spec.slug }
        let id = place.flatMap { shown[$0].id }
        if let place { shown.remove(at: place) }
        guard let named = try ScheduleSpec.named([spec], "schedule").first else { return .init() }
        shown.append((id, named))
      }
      guard !shown.isEmpty || !request.deployment.isEmpty else {
        throw InvalidValue("schedule", "is required, or a deployment that has schedules")
      }
      let from: Instant
      if let time = request.fromTime {
        from = Instant(time)
      } else {
        from = try await backend.store.ping(deadline: context.deadline)
      }
      let to = request.toTime.map(Instant.init)
      if let to, to <= from { throw InvalidValue("to_time", "is not after from_time") }
      var times: [ScheduledTime] = []
      for (id, spec) in shown {
        times += try await offLoop { try preview(spec, id, from: from, to: to, limit: limit) }
      }
      times.sort { left, right in
        let (a, b) = (Instant(left.time ?? .init()), Instant(right.time ?? .init()))
        return a == b ? left.schedule < right.schedule : a < b
      }
      return PreviewScheduleResponse(times: Array(times.prefix(limit)))
    }
  }

  private func previewLimit(_ limit: Int32) throws(InvalidValue) -> Int {
    guard 0...1000 ~= limit else { throw InvalidValue("limit", "is \(limit): give 1 to 1000") }
    return limit == 0 ? 20 : Int(limit)
  }

  private func preview(
    _ spec: ScheduleSpec, _ id: ScheduleID?, from: Instant, to: Instant?, limit: Int
  ) throws(InvalidValue) -> [ScheduledTime] {
    let zone = try ZoneDirectory.standard.zone(spec.schedule.zone)
    let timetable = try Timetable(spec.schedule, in: zone)
    return timetable.occurrences(from: from, to: to, limit: limit, withDropped: true).map {
      occurrence in
      var time = ScheduledTime()
      time.time = occurrence.instant.timestamp
      if let id, spec.jitter != nil, occurrence.fires {
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

// Decides how Prefect's older limits of tags are shown: as those of the global limits that are called `tag:` and the tag.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  private static let prefix = "tag:"

  /// A limit of a tag that is there gets another number of slots.
  func createTagLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ConcurrencyLimitCreate = try request.body()
    var limit = MartletProto.Limit()
    limit.name = Self.prefix + asked.tag
    limit.scope = .global
    limit.slots = Int32(clamping: asked.concurrencyLimit)
    if var there = try await findLimit(limit.name, request.context) {
      there.slots = limit.slots
      there.etag = ""
      let changed = try await services.limits.updateLimit(
        UpdateLimitRequest(limit: there, updateMask: FieldMask(paths: ["slots"])),
        context: request.context)
      return .created(try await shown(changed.limit ?? there, request.context), isNew: false)
    }
    let made = try await services.limits.createLimit(
      CreateLimitRequest(limit: limit), context: request.context)
    return .created(try await shown(made.limit ?? limit, request.context))
  }

  func readTagLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try await shown(try await tagLimit(request), request.context))
  }

  func readTagLimits(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    var limits: [Shape.ConcurrencyLimit] = []
    for limit in try await allLimits(prefix: Self.prefix, request.context)
      .dropFirst(window.offset).prefix(window.limit)
    {
      limits.append(try await shown(limit, request.context))
    }
    return .ok(limits)
  }

  func deleteTagLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await services.limits.deleteLimit(
      DeleteLimitRequest(ref: try await tagLimit(request).id), context: request.context)
    return PrefectResponse(body: .null)
  }

  /// Ends every lease, and gives a slot to each run that is named instead.
  func resetTagLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ResetConcurrencyLimitByTagBody =
      request.body == .null ? .init() : try request.body()
    let limit = try await tagLimit(request)
    _ = try await services.limits.resetLimit(
      ResetLimitRequest(ref: limit.id), context: request.context)
    for run in asked.slotOverride ?? [] {
      _ = try await acquire(
        1, of: [limit.name], mode: nil, for: Self.longestLease,
        by: LeaseHolder(name: "task_run", runID: run.text), request.context)
    }
    return PrefectResponse(body: .null)
  }

  func takeTagSlots(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.IncrementConcurrencyLimitsV1Body = try request.body()
    if asked.names.isEmpty { return .ok([JSON]()) }
    let (_, limits) = try await acquire(
      1, of: asked.names.map { Self.prefix + $0 }, mode: nil, for: Self.longestLease,
      by: LeaseHolder(name: "task_run", runID: asked.taskRunID.text), request.context)
    return .ok(
      try limits.map { limit throws(PrefectFailure) in
        try Shape.MinimalConcurrencyLimitResponse(
          limit, name: String(limit.name.dropFirst(Self.prefix.count)))
      })
  }

  func giveTagSlotsBack(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.DecrementConcurrencyLimitsV1Body = try request.body()
    let limits = try await self.limits(asked.names.map { Self.prefix + $0 }, request.context)
    for limit in limits {
      for lease in try await leases(of: limit, run: asked.taskRunID, request.context) {
        try await release(lease.id, request.context)
      }
    }
    return .ok(
      try limits.map { limit throws(PrefectFailure) in
        try Shape.MinimalConcurrencyLimitResponse(limit)
      })
  }

  private func tagLimit(_ request: PrefectRequest) async throws -> MartletProto.Limit {
    let reference = try request.parameters["tag"].map { Self.prefix + $0 } ?? request.id().text
    guard let limit = try await findLimit(reference, request.context),
      limit.name.hasPrefix(Self.prefix)
    else { throw PrefectFailure(404, "Concurrency limit not found") }
    return limit
  }

  private func shown(
    _ limit: MartletProto.Limit, _ context: CallContext
  ) async throws -> Shape.ConcurrencyLimit {
    var shown = Shape.ConcurrencyLimit(
      id: try limit.uuid, tag: String(limit.name.dropFirst(Self.prefix.count)),
      concurrencyLimit: Int(limit.slots))
    shown.created = limit.createTime.map(Instant.init)
    shown.updated = limit.updateTime.map(Instant.init)
    shown.activeSlots = try await leases(of: limit, holder: "task_run", context)
      .compactMap { $0.holder.flatMap { UUIDValue(text: $0.runID) } }
    return shown
  }
}

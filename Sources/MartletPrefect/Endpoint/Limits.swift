// Decides how Prefect's global limits are those of Martlet: limits of the scope GLOBAL, by the same names. The limit of a tag
// is the one called `tag:` and the tag, whose slots Prefect's client takes itself.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func createLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ConcurrencyLimitV2Create = try request.body()
    // What is there with the same content is not another one to Martlet; to Prefect it is.
    if try await findLimit(asked.name, request.context) != nil {
      throw PrefectFailure(409, "A concurrency limit named '\(asked.name)' already exists.")
    }
    var limit = MartletProto.Limit()
    limit.name = asked.name
    limit.scope = .global
    limit.slots = Int32(clamping: asked.limit)
    limit.slotDecayPerSecond = asked.slotDecayPerSecond ?? 0
    limit.disabled = !(asked.active ?? true)
    let made = try await services.limits.createLimit(
      CreateLimitRequest(limit: limit), context: request.context)
    return .created(try Shape.ConcurrencyLimitV2(made.limit ?? limit))
  }

  func readLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.GlobalConcurrencyLimitResponse(try await limit(request)))
  }

  func readLimits(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    let limits = try await allLimits(prefix: "", request.context)
    return .ok(
      try limits.dropFirst(window.offset).prefix(window.limit).map { limit throws(PrefectFailure) in
        try Shape.GlobalConcurrencyLimitResponse(limit)
      })
  }

  /// What is said changes. Slots that are held are leases with holders: of their number only 0 can be said, which ends
  /// them all.
  func updateLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.ConcurrencyLimitV2Update = try request.body()
    var limit = try await limit(request)
    if let taken = asked.activeSlots, taken != Int(limit.slotsTaken) {
      guard taken == 0 else {
        throw PrefectFailure(
          501, "Slots are held by leases here: active_slots can be set to 0, which ends them.")
      }
      _ = try await services.limits.resetLimit(
        ResetLimitRequest(ref: limit.id), context: request.context)
    }
    var paths: [String] = []
    if let slots = asked.limit {
      limit.slots = Int32(clamping: slots)
      paths.append("slots")
    }
    if let decay = asked.slotDecayPerSecond {
      limit.slotDecayPerSecond = decay
      paths.append("slot_decay_per_second")
    }
    if let active = asked.active {
      limit.disabled = !active
      paths.append("disabled")
    }
    if let name = asked.name, name != limit.name {
      limit.name = name
      paths.append("name")
    }
    if paths.isEmpty { return .done }
    limit.etag = ""
    _ = try await services.limits.updateLimit(
      UpdateLimitRequest(limit: limit, updateMask: FieldMask(paths: paths)),
      context: request.context)
    return .done
  }

  func deleteLimit(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await services.limits.deleteLimit(
      DeleteLimitRequest(ref: try await limit(request).id), context: request.context)
    return .done
  }

  private func limit(_ request: PrefectRequest) async throws -> MartletProto.Limit {
    let reference = request.parameters["id_or_name"] ?? ""
    guard let limit = try await findLimit(reference, request.context) else {
      throw PrefectFailure(404, "Concurrency Limit not found")
    }
    return limit
  }

  /// A global limit by its id or name.
  func findLimit(
    _ reference: String, _ context: CallContext
  ) async throws -> MartletProto.Limit? {
    do {
      let found = try await services.limits.getLimit(
        GetLimitRequest(ref: reference, scope: .global), context: context)
      return found.limit.flatMap { $0.scope == .global ? $0 : nil }
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }

  /// The global limits whose names begin so, by name.
  func allLimits(prefix: String, _ context: CallContext) async throws -> [MartletProto.Limit] {
    var list = ListLimitsRequest(scope: .global, namePrefix: prefix, pageSize: 1000)
    var limits: [MartletProto.Limit] = []
    repeat {
      let page = try await services.limits.listLimits(list, context: context)
      limits += page.limits
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return limits
  }
}

extension MartletProto.Limit {
  /// The id as Prefect's bodies hold it.
  var uuid: UUIDValue {
    get throws(PrefectFailure) {
      guard let id = UUIDValue(text: id) else { throw PrefectFailure(500, "\(id) is no UUID") }
      return id
    }
  }
}

extension Shape.GlobalConcurrencyLimitResponse {
  /// A limit of Martlet's.
  init(_ limit: MartletProto.Limit) throws(PrefectFailure) {
    self.init(
      id: try limit.uuid, name: limit.name, limit: Int(limit.slots),
      activeSlots: Int(limit.slotsTaken))
    created = limit.createTime.map(Instant.init)
    updated = limit.updateTime.map(Instant.init)
    active = !limit.disabled
    slotDecayPerSecond = limit.slotDecayPerSecond
  }
}

extension Shape.ConcurrencyLimitV2 {
  /// A limit of Martlet's. How often slots were denied and how long they are held is not counted.
  init(_ limit: MartletProto.Limit) throws(PrefectFailure) {
    self.init(id: try limit.uuid, name: limit.name, limit: Int(limit.slots))
    created = limit.createTime.map(Instant.init)
    updated = limit.updateTime.map(Instant.init)
    active = !limit.disabled
    activeSlots = Int(limit.slotsTaken)
    deniedSlots = 0
    slotDecayPerSecond = limit.slotDecayPerSecond
    avgSlotOccupancySeconds = 2
  }
}

extension Shape.MinimalConcurrencyLimitResponse {
  /// A limit of Martlet's, under its name or another.
  init(_ limit: MartletProto.Limit, name: String? = nil) throws(PrefectFailure) {
    self.init(id: try limit.uuid, name: name ?? limit.name, limit: Int(limit.slots))
  }
}

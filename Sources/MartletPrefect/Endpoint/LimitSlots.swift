// Decides how Prefect's client takes slots of limits and gives them back: by leases of Martlet's. What is taken without a
// lease is one too, found again by what was taken.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletWire

extension PrefectAPI {
  /// The longest lease, for who does not renew any.
  static let longestLease = Duration.seconds(24 * 3600)

  func takeSlotsWithLease(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BulkIncrementActiveSlotsWithLeaseBody = try request.body()
    let (lease, limits) = try await acquire(
      asked.slots, of: asked.names, mode: asked.mode, for: try Self.term(asked.leaseDuration),
      by: LeaseHolder(asked.holder), request.context)
    guard let id = UUIDValue(text: lease.id) else {
      throw PrefectFailure(500, "a lease without an id")
    }
    return .ok(
      Shape.ConcurrencyLimitWithLeaseResponse(
        leaseID: id,
        limits: try limits.map { limit throws(PrefectFailure) in
          try Shape.MinimalConcurrencyLimitResponse(limit)
        }))
  }

  func takeSlots(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BulkIncrementActiveSlotsBody = try request.body()
    let holder = LeaseHolder(name: Self.holder(of: asked.slots, asked.names))
    let (_, limits) = try await acquire(
      asked.slots, of: asked.names, mode: asked.mode, for: Self.longestLease, by: holder,
      request.context)
    return .ok(
      try limits.map { limit throws(PrefectFailure) in
        try Shape.MinimalConcurrencyLimitResponse(limit)
      })
  }

  /// Gives back what was taken without a lease: the oldest of as many slots of the same limits.
  func giveSlotsBack(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BulkDecrementActiveSlotsBody = try request.body()
    let limits = try await self.limits(asked.names, request.context)
    for limit in limits {
      let leases = try await leases(
        of: limit, holder: Self.holder(of: asked.slots, asked.names), request.context)
      guard let lease = leases.first else { continue }
      try await release(lease.id, request.context)
      break
    }
    return .ok(
      try limits.map { limit throws(PrefectFailure) in
        try Shape.MinimalConcurrencyLimitResponse(limit)
      })
  }

  func renewLease(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.RenewConcurrencyLeaseBody = try request.body()
    let lease = try request.id("lease_id").text
    do {
      _ = try await services.limits.renewLease(
        RenewLeaseRequest(id: lease, ttl: try Self.term(asked.leaseDuration)),
        context: request.context)
    } catch let status as Status
      where status.code == .notFound || status.code == .failedPrecondition
    {
      throw PrefectFailure(
        410, "Lease not found - it may have expired or been revoked")
    }
    return .done
  }

  func endLease(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.BulkDecrementActiveSlotsWithLeaseBody = try request.body()
    try await release(asked.leaseID.text, request.context)
    return .done
  }

  /// Takes slots of those of some limits that are there.
  ///
  /// - Throws: 423 when they are not free, with when to ask again.
  func acquire(
    _ slots: Int, of names: [String], mode: String?, for term: Duration, by holder: LeaseHolder,
    _ context: CallContext
  ) async throws -> (lease: Lease, limits: [MartletProto.Limit]) {
    guard slots > 0 else {
      throw ShapeFault(
        location: ["body", "slots"], message: "Input should be greater than 0",
        type: "greater_than")
    }
    guard !names.isEmpty else {
      throw ShapeFault(
        location: ["body", "names"], message: "List should have at least 1 item after validation",
        type: "too_short")
    }
    guard ["concurrency", "rate_limit", nil].contains(mode) else {
      throw ShapeFault(
        location: ["body", "mode"], message: "Input should be 'concurrency' or 'rate_limit'",
        type: "literal_error")
    }
    var wanted = AcquireLeaseRequest()
    wanted.limits = Set(names).sorted().map {
      LimitSlots(ref: $0, scope: .global, slots: Int32(clamping: slots))
    }
    wanted.ttl = term
    wanted.mode = mode == "rate_limit" ? .rate : .concurrency
    wanted.collisionStrategy = .cancelNew
    wanted.holder = holder
    do {
      let lease =
        try await services.limits.acquireLease(wanted, context: context).lease ?? Lease()
      return (lease, try await limits(names, context))
    } catch let status as Status where status.reason == "LIMIT_FULL" {
      throw PrefectFailure(423, status.message, retryAfter: status.retryAfter ?? .seconds(1))
    }
  }

  /// Those of some limits that are there, by name.
  func limits(_ names: [String], _ context: CallContext) async throws -> [MartletProto.Limit] {
    var limits: [MartletProto.Limit] = []
    for name in Set(names).sorted() {
      if let limit = try await findLimit(name, context) { limits.append(limit) }
    }
    return limits
  }

  /// The leases that hold slots of a limit, the oldest first.
  func leases(
    of limit: MartletProto.Limit, holder: String = "", run: UUIDValue? = nil,
    _ context: CallContext
  ) async throws -> [Lease] {
    var list = ListLeasesRequest(
      ref: limit.id, holder: holder, runID: run?.text ?? "", pageSize: 1000)
    var leases: [Lease] = []
    repeat {
      let page = try await services.limits.listLeases(list, context: context)
      leases += page.leases.filter { $0.state == .held }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return leases
  }

  /// Ends a lease; one that is not there has ended.
  func release(_ lease: String, _ context: CallContext) async throws {
    do {
      _ = try await services.limits.releaseLease(ReleaseLeaseRequest(id: lease), context: context)
    } catch let status as Status where status.code == .notFound {}
  }

  private static func term(_ seconds: Double?) throws(ShapeFault) -> Duration {
    let seconds = seconds ?? 300
    guard (60...86_400).contains(seconds) else {
      throw ShapeFault(
        location: ["body", "lease_duration"], message: "Input should be from 60 to 86400",
        type: seconds < 60 ? "greater_than_equal" : "less_than_equal")
    }
    return .milliseconds(Int64(seconds * 1000))
  }

  private static func holder(of slots: Int, _ names: [String]) -> String {
    let text = "\(slots) without a lease of \(Set(names).sorted().joined(separator: ", "))"
    return text.utf8.count <= 500
      ? text : "\(slots) without a lease of \(UUIDValue.derived(from: names.sorted()).text)"
  }
}

extension LeaseHolder {
  /// Who Prefect's client says it is: a run, or something else by its kind and id.
  init(_ holder: Shape.ConcurrencyLeaseHolder?) {
    self.init()
    guard let holder else { return }
    switch holder.type {
    case "flow_run", "task_run":
      name = holder.type
      runID = holder.id.text
    default: name = "\(holder.type) \(holder.id.text)"
    }
  }
}

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

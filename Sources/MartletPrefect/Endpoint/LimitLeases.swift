// Decides which leases of Martlet's stand for what Prefect's client takes of limits.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletWire

extension PrefectAPI {
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
}

// Decides how long a request for slots is held open, and what it is told when they do not come in time.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension LimitHandlers {
  func acquireLease(_ request: AcquireLeaseRequest, context: CallContext) async throws
    -> AcquireLeaseResponse
  {
    try await answering {
      let patience = try Patience(request.wait)
      let wanted = try slotRequest(request, waits: patience.length > .zero, context)
      // A little before the caller gives up, so that it still hears its place in line.
      let end = patience.end(context)
      return try await acquire(wanted, until: end, isNamed: !request.id.isEmpty, context)
    }
  }

  /// Asks until the slots are there.
  /// - Parameter isNamed: Whether the caller knows the id. Else nobody can ask again, or give back what was never told:
  ///   the place in line, and the slots, go with the call.
  private func acquire(
    _ wanted: SlotRequest, until end: ContinuousClock.Instant, isNamed: Bool,
    _ context: CallContext
  ) async throws -> AcquireLeaseResponse {
    var isKnown = false
    do {
      while true {
        switch try await backend.store.acquireSlots(wanted, deadline: context.deadline) {
        case .granted(let lease):
          isKnown = true
          return try await answer(lease, context)
        case .full(let full):
          isKnown = isKnown || full.place > 0
          let left = ContinuousClock.now.duration(to: end)
          if backend.room.isClosed {
            throw Status.unavailable(
              "the server stops: ask again with the same id", retryAfter: .milliseconds(200))
          }
          guard full.place > 0, left > .zero else { throw Status(full) }
          if let lease = await backend.room.wait(for: wanted.id, atMost: left) {
            return try await answer(lease, context)
          }
          try Task.checkCancellation()
        }
      }
    } catch {
      if isKnown, !isNamed { await leave(wanted) }
      throw error
    }
  }

  /// Takes a request out of line, or ends its lease.
  private func leave(_ wanted: SlotRequest) async {
    let store = backend.store
    // Not in the task of the call, which may be cancelled. What cannot be told now lapses.
    await Task { _ = try? await store.releaseLease(wanted.id, in: wanted.namespace) }.value
  }

  private func answer(
    _ lease: SlotLease, _ context: CallContext
  ) async throws -> AcquireLeaseResponse {
    let names = try await backend.store.limitNames(
      lease.holds.map(\.limit), deadline: context.deadline)
    // Whoever is gone does not read the answer.
    try Task.checkCancellation()
    return AcquireLeaseResponse(lease: Lease(lease, names: names))
  }

  private func slotRequest(
    _ request: AcquireLeaseRequest, waits: Bool, _ context: CallContext
  ) throws -> SlotRequest {
    var items: [SlotRequest.Item] = []
    for (index, item) in request.limits.enumerated() {
      let reference = try LimitReference(
        required: item.ref, item.scope, "limits[\(index)].ref")
      if let scope = try MartletModel.LimitScope(item.scope, "limits[\(index)].scope"),
        scope.isOfWork
      {
        throw InvalidValue(
          "limits[\(index)].scope",
          "is \(scope), whose slots runs with workers take: use GLOBAL or TAG")
      }
      items.append(.init(reference, slots: item.slots == 0 ? 1 : item.slots))
    }
    let mode: SlotLease.Mode
    switch request.mode {
    case .unspecified, .concurrency: mode = .concurrency
    case .rate: mode = .rate
    case .unrecognized(let number):
      throw InvalidValue("mode", "is \(number), which this server does not know")
    }
    let enqueues: Bool
    switch request.collisionStrategy {
    case .unspecified: enqueues = waits
    case .enqueue: enqueues = true
    case .cancelNew: enqueues = false
    case .unrecognized(let number):
      throw InvalidValue(
        "collision_strategy", "is \(number), which this server does not know")
    }
    return SlotRequest(
      id: try LeaseID(optional: request.id, "id") ?? LeaseID(RunID.timeOrdered().value),
      in: try backend.namespace(request.namespace, context), items, mode: mode,
      ttl: request.ttl.map { Interval($0) } ?? LimitBounds.standardTTL,
      holder: try SlotHolder(request.holder), actor: context.principal.name,
      isStrict: request.strict, waits: enqueues)
  }
}

extension Status {
  /// RESOURCE_EXHAUSTED: who asked is told what is in the way, and where it stands in line.
  fileprivate init(_ full: FullLimit) {
    let place = full.place > 0 ? "; place \(full.place) in line" : ""
    let taken =
      full.slots == 0
      ? "\(full.limit) has no slots: nobody gets one until it is given some"
      : "\(full.taken) of the \(full.slots) slots of \(full.limit) are taken"
    self = Status.resourceExhausted(
      reason: "LIMIT_FULL", subject: "\(full.limit)", taken + place,
      retryAfter: full.delay?.duration ?? .seconds(1)
    ).with(
      reason: "LIMIT_FULL",
      metadata: [
        "limit": "\(full.limit)", "slots": "\(full.slots)", "taken": "\(full.taken)",
        "holders": "\(full.holders)", "place": "\(full.place)",
      ])
  }
}

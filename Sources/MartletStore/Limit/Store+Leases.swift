// Decides how slots are taken, kept and given back.

public import MartletModel
import MartletPostgres

/// A lease in a list.
public struct ListedLease: Sendable, Equatable {
  /// The lease.
  public var lease: SlotLease
  /// Where it stands, for the next page.
  public var position: LeaseQuery.Position
}

/// A lease that is to be given back.
struct LeaseRelease: Sendable, Identifiable {
  var id: LeaseID
  var namespace: Namespace
}

/// What a list of leases is asked for.
public struct LeaseQuery: Sendable, Equatable {
  /// A row of a list.
  public struct Position: Sendable, Equatable {
    var state: Int32
    var number: Int64
    var id: LeaseID
  }

  /// The namespace.
  public var namespace: Namespace
  /// Only leases of this limit.
  public var limit: LimitID?
  /// Only leases of this holder.
  public var holder: String?
  /// Only leases for this run.
  public var runID: RunID?
  /// The last row of the page before.
  public var after: Position?
  /// The most leases of a page.
  public var size: Int

  /// Makes a question.
  public init(
    namespace: Namespace, limit: LimitID? = nil, holder: String? = nil, runID: RunID? = nil,
    after: Position? = nil, size: Int = 100
  ) {
    self.namespace = namespace
    self.limit = limit
    self.holder = holder
    self.runID = runID
    self.after = after
    self.size = size
  }
}

extension Store {
  /// Takes slots if they are free, or puts the request in line if it waits. Never blocks for slots: the same request
  /// again keeps the place, and is answered with the lease once the granter has served it.
  /// - Throws: `invalid`, for more slots than a limit has too; `notFound` for a limit if strict, and for a session;
  ///   `alreadyExists` if the id is taken by another request; `failedPrecondition` `LEASE_ENDED`.
  public func acquireSlots(
    _ request: SlotRequest, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> SlotAnswer {
    try request.check()
    return try await acquisitions.answer(
      request, of: LimitShard(request.namespace), deadline: deadline
    ) { await self.acquireSlots($0) }
  }

  private func acquireSlots(
    _ requests: [SlotRequest]
  ) async -> [Result<SlotAnswer, StoreError>] {
    do throws(StoreError) {
      let outcome = try await write { connection in
        try AcquireTransaction(requests: requests).run(on: connection)
      }
      if outcome.hasLongerLines {
        linesMoved()
      } else if outcome.hasTakenSlots {
        slotsTaken()
      }
      return outcome.answers
    } catch {
      // If a value is at fault, each of them on its own.
      guard case .invalid = error, requests.count > 1 else {
        return requests.map { _ in .failure(error) }
      }
      var answers: [Result<SlotAnswer, StoreError>] = []
      for request in requests { answers += await acquireSlots([request]) }
      return answers
    }
  }

  /// Makes a lease run its full term again, of another length if given.
  /// - Throws: `notFound`; `failedPrecondition` `LEASE_ENDED`; `invalid`.
  /// - Returns: When it lapses without another renewal.
  public func renewLease(
    _ id: LeaseID, in namespace: Namespace, ttl: Interval? = nil,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Instant {
    if let ttl, !LimitBounds.ttl.contains(ttl) {
      throw .invalid(field: "ttl", why: "must be from 1 second to 24 hours")
    }
    let expiry = try await write(deadline) { connection in
      try connection.query(SQL.renewLease) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(ttl)
      }.first { row throws(PostgresError) in try row.get(0, as: Instant.self) }
    }
    if let expiry { return expiry }
    throw .leaseEnded(try await lease(id, in: namespace, deadline: deadline))
  }

  /// Gives the slots of a lease back, or leaves the line. One that has ended stays as it is.
  /// - Throws: `notFound`.
  public func releaseLease(
    _ id: LeaseID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    try await releases.answer(
      LeaseRelease(id: id, namespace: namespace), of: LimitShard(namespace), deadline: deadline
    ) { await self.releaseLeases($0) }
  }

  private func releaseLeases(_ releases: [LeaseRelease]) async -> [Result<Void, StoreError>] {
    do throws(StoreError) {
      let (places, ended) = try await write { connection in
        var places: [LeaseID: Namespace] = [:]
        try connection.query(SQL.findLeaseNamespaces) { $0.bindArray(releases.map(\.id)) }
          .forEach { row throws(PostgresError) in places[try row.get(0)] = try row.get(1) }
        let known = releases.filter { places[$0.id] == $0.namespace }.map(\.id)
        if known.isEmpty { return (places, [LeaseID]()) }
        let ended = try connection.query(SQL.endLeases) {
          $0.bindArray(known.sorted())
          $0.bind(SlotLease.State.released)
        }.map { row throws(PostgresError) in try row.get(0, as: LeaseID.self) }
        return (places, ended)
      }
      if !ended.isEmpty { leftLines(ended) }
      return releases.map { release in
        places[release.id] == release.namespace
          ? .success(()) : .failure(.notFound(resource: "lease", name: "\(release.id)"))
      }
    } catch {
      return releases.map { _ in .failure(error) }
    }
  }

  /// Reads a lease of any state.
  /// - Throws: `notFound`.
  public func lease(
    _ id: LeaseID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> SlotLease {
    let found = try await read(deadline) { connection in
      try connection.query(SQL.findLease) { $0.bindArray([id]) }
        .first { row throws(PostgresError) in try SlotLease(row) }
    }
    guard let found, found.namespace == namespace else {
      throw .notFound(resource: "lease", name: "\(id)")
    }
    return found
  }

  /// Lists leases that are held, the oldest first, then those that wait, in the order of their line.
  public func listLeases(
    _ query: LeaseQuery, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [ListedLease] {
    try await read(deadline) { connection in
      try connection.query(SQL.listLeases) {
        $0.bind(query.namespace)
        $0.bind(query.limit)
        $0.bind(query.holder)
        $0.bind(query.runID)
        $0.bind(query.after?.state ?? -9)
        $0.bind(query.after?.number ?? 0)
        $0.bind(query.after?.id ?? LeaseID(high: 0, low: 0))
        $0.bind(Int64(query.size))
      }.map { row throws(PostgresError) in
        let lease = try SlotLease(row)
        return ListedLease(
          lease: lease,
          position: LeaseQuery.Position(
            state: -Int32(lease.state.rawValue), number: try row.get(18), id: lease.id))
      }
    }
  }

  /// The names of limits; those that are not there are left out.
  public func limitNames(
    _ ids: some Sequence<LimitID>, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [LimitID: LimitReference] {
    let wanted = Set(ids)
    var names = knownLimitNames.withLock { known in known.filter { wanted.contains($0.key) } }
    let unknown = wanted.subtracting(names.keys).sorted()
    if unknown.isEmpty { return names }
    let found = try await read(deadline) { connection in
      var found: [LimitID: LimitReference] = [:]
      try connection.query(SQL.nameLimits) { $0.bindArray(unknown) }
        .forEach { row throws(PostgresError) in
          found[try row.get(0)] = .named(try row.get(1), try row.get(2))
        }
      return found
    }
    knownLimitNames.withLock { known in
      if known.count + found.count > 10_000 { known = [:] }
      known.merge(found) { first, _ in first }
    }
    names.merge(found) { first, _ in first }
    return names
  }
}

extension LeaseQuery.Position {
  /// The position as text, for a page token.
  public var text: String { "\(state):\(number):\(id)" }

  /// Reads a page token.
  /// - Throws: `InvalidValue` when it is none.
  public init(_ text: String) throws(InvalidValue) {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let state = Int32(parts[0]), let number = Int64(parts[1]),
      let id = LeaseID(String(parts[2]))
    else { throw InvalidValue("page_token", "is not a token this server gave") }
    self.init(state: state, number: number, id: id)
  }
}

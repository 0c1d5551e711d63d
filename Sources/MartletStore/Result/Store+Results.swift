// Decides how results are stored and found: once for each id, checked against their digest.

public import MartletModel
import MartletPostgres

extension Store {
  /// The largest result that is stored, in bytes: what a message holds.
  public static let largestResult = 4 << 20

  /// Stores a result with the digest and size that its bytes have. The same again changes nothing.
  /// - Throws: `invalid` if a digest or a size was given that is not that of the bytes; `alreadyExists`
  ///   if the id has another content.
  public func putResult(
    _ payload: Payload, id: ObjectID, runID: RunID?, expireTime: Instant?,
    in namespace: Namespace, actor: String, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> StoredResult {
    let checked = try payload.checked("payload", limit: Self.largestResult)
    try await write(deadline) { connection in
      _ = try connection.query(SQL.insertResult) {
        $0.bind(id)
        $0.bind(namespace)
        $0.bind(runID)
        $0.bind(checked.mediaType)
        $0.bind(checked.digest)
        $0.bind(checked.size)
        switch checked.body {
        case .json(let text):
          $0.bind(true)
          $0.bind(Array(text.utf8))
          $0.bind(nil as String?)
        case .data(let bytes):
          $0.bind(false)
          $0.bind(bytes)
          $0.bind(nil as String?)
        case .uri(let uri):
          $0.bind(false)
          $0.bind(nil as [UInt8]?)
          $0.bind(uri)
        }
        $0.bind(actor)
        $0.bind(expireTime)
      }
    }
    guard let there = try await findResult(id, in: namespace, deadline), there.runID == runID,
      there.payload == checked
    else {
      // One whose time is over already is not found, but it was stored.
      if let expireTime, expireTime <= .systemClock {
        throw .invalid(field: "expire_time", why: "is over already")
      }
      throw .alreadyExists(resource: "result", name: "\(id)")
    }
    return there
  }

  /// Reads a stored result.
  /// - Throws: `notFound`, also when its time is over.
  public func result(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> StoredResult {
    guard let result = try await findResult(id, in: namespace, deadline) else {
      throw .notFound(resource: "result", name: "\(id)")
    }
    return result
  }

  /// Reads the newest result that was stored for a run; nil when there is none.
  public func latestResult(
    of run: RunID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> StoredResult? {
    try await read(deadline) { connection in
      try connection.query(SQL.getLatestResult) {
        $0.bind(namespace)
        $0.bind(run)
      }.first { row throws(PostgresError) in try StoredResult(row) }
    }
  }

  /// Deletes results whose time is over, at most `limit`, and as many uploads that rest.
  /// - Parameter rest: How many seconds nothing may come of an upload.
  /// - Returns: How many.
  public func deleteExpiredResults(
    limit: Int, uploadsAfter rest: Int64 = 3600
  ) async throws(StoreError) -> Int {
    try await write { connection in
      try connection.query(SQL.deleteExpiredResults) {
        $0.bind(Int64(limit))
        $0.bind(rest)
      }.affected
    }
  }

  private func findResult(
    _ id: ObjectID, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> StoredResult? {
    try await read(deadline) { connection in
      try connection.query(SQL.getResult) {
        $0.bind(namespace)
        $0.bind(id)
      }.first { row throws(PostgresError) in try StoredResult(row) }
    }
  }
}

extension Payload {
  /// The payload as `checked(_:limit:)` of the model leaves it.
  fileprivate func checked(_ field: String, limit: Int) throws(StoreError) -> Payload {
    do throws(InvalidValue) { return try measured(field, limit: limit) } catch {
      throw .invalid(field: error.field, why: error.problem)
    }
  }
}

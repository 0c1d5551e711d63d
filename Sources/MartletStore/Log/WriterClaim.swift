// Decides whose words are taken: a process that says which epoch of a run it has is heard as long as nobody else has taken
// the run; what was under way before that still counts.

public import MartletModel
import MartletPostgres

/// What a process says of its hold on a run, beside a line or an artifact.
public struct WriterClaim: Sendable, Hashable {
  /// The run.
  public var runID: RunID
  /// The process.
  public var executionID: ExecutionID
  /// The epoch that it has.
  public var epoch: Int64
  /// When its words arrived here.
  public var arrival: Instant

  /// Makes a claim.
  public init(runID: RunID, executionID: ExecutionID, epoch: Int64, arrival: Instant) {
    self.runID = runID
    self.executionID = executionID
    self.epoch = epoch
    self.arrival = arrival
  }
}

/// That a process has its run no longer.
public struct WriterFence: Sendable, Hashable {
  /// Why its words are not taken.
  public var reason: Reason { .staleEpoch }
  /// The epoch of the run.
  public var epoch: Int64

  /// Makes a fence.
  public init(epoch: Int64) { self.epoch = epoch }
}

/// Claims that are looked at together: of each process and epoch the one that came first.
struct WriterClaims {
  /// Who says what of which run.
  struct Key: Hashable {
    let runID: RunID
    let executionID: ExecutionID
    let epoch: Int64
  }

  private let rows: [(key: Key, arrival: Instant)]

  init(_ claims: some Sequence<WriterClaim>) {
    var first: [Key: Instant] = [:]
    for claim in claims {
      first[claim.key] = min(first[claim.key] ?? claim.arrival, claim.arrival)
    }
    rows = first.map { (key: $0.key, arrival: $0.value) }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// Binds runs, processes, epochs and arrivals.
  func bind(to buffer: inout ParameterBuffer) {
    buffer.bindArray(count: rows.count) { rows[$0].key.runID }
    buffer.bindArray(count: rows.count) { rows[$0].key.executionID }
    buffer.bindArray(count: rows.count) { rows[$0].key.epoch }
    buffer.bindArray(count: rows.count) { rows[$0].arrival }
  }
}

extension WriterClaim {
  var key: WriterClaims.Key {
    WriterClaims.Key(runID: runID, executionID: executionID, epoch: epoch)
  }
}

extension WriterClaims.Key {
  /// Reads a row of `find_fenced_writers`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    runID = try row.get(0)
    executionID = try row.get(1)
    epoch = try row.get(2)
  }
}

extension WriterFence {
  /// Reads a row of `find_fenced_writers`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    epoch = try row.get(3)
  }
}

extension Store {
  /// What stands in the way of a process that would leave something of a run; nil when nothing does.
  public func fence(
    of claim: WriterClaim, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> WriterFence? {
    let claims = WriterClaims([claim])
    return try await read(deadline) { connection in
      try connection.query(SQL.findFencedWriters) { claims.bind(to: &$0) }
        .first { row throws(PostgresError) in try WriterFence(row) }
    }
  }
}

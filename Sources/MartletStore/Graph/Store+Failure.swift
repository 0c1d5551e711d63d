// Decides what is looked up to explain a failed run: the chain down to the run that failed first, its last lines, and
// the last good run of the same deployment or definition. Each look-up has a bound.

public import MartletModel
import MartletPostgres

/// What explains a failed run.
public struct FailureFindings: Sendable {
  /// From the run asked about down to the cause.
  public var chain: [RunRecord]
  /// Whether a run of the chain has more children than were looked at.
  public var isIncomplete: Bool
  /// The last lines of the cause, oldest first.
  public var lines: [LogLine]
  /// The last run that ended well: of the same deployment when it is a run of one, else of the same definition.
  public var lastGood: RunRecord?
  /// Who held the sessions of the run asked about and of the good one, where that is still known.
  public var holders: [SessionID: String]

  /// The most children of one run that are looked at.
  public static let children = 10_000
  /// The most levels that are gone down.
  public static let levels = 50
  /// The most lines of the cause.
  public static let lineCount = 20
  /// The most earlier runs that are looked at.
  public static let earlierRuns = 1000
}

extension Store {
  /// Finds what explains a run.
  ///
  /// - Returns: nil when the run has neither failed nor crashed, or is gone.
  public func failure(
    of run: RunRecord, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> FailureFindings? {
    try await read(deadline) { connection in
      let search = FailureSearch(connection: connection, run: run)
      return try search.findings()
    }
  }
}

/// The look-ups about one failed run.
private struct FailureSearch {
  let connection: PostgresConnection
  let run: RunRecord

  /// A run on the way down.
  struct Link {
    var id: RunID
    var isBounded: Bool

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      id = try row.get(0)
      isBounded = try row.get(1)
    }
  }

  func findings() throws -> FailureFindings? {
    let chain = try links()
    guard let cause = chain.last else { return nil }
    let good = try lastGood()
    var ids = chain.map(\.id)
    if let good { ids.append(good) }
    var byID: [RunID: RunRecord] = [:]
    for record in try records(ids) { byID[record.id] = record }
    var sessions: [SessionID] = []
    for id in [run.id, good ?? run.id] {
      if let session = byID[id]?.snapshot.sessionID { sessions.append(session) }
    }
    return FailureFindings(
      chain: chain.compactMap { byID[$0.id] }, isIncomplete: chain.contains(where: \.isBounded),
      lines: try lines(of: cause.id), lastGood: good.flatMap { byID[$0] },
      holders: try holders(sessions))
  }

  private func links() throws -> [Link] {
    let rows = try connection.query(SQL.findFirstFailure) {
      $0.bind(run.id)
      $0.bind(run.namespace)
      $0.bind(Int64(FailureFindings.children))
      $0.bind(Int64(FailureFindings.levels))
    }
    return try rows.map { row throws(PostgresError) in try Link(row) }
  }

  private func lines(of cause: RunID) throws -> [LogLine] {
    // A client's clock may be off by as much as a day.
    let from = Instant(microseconds: run.createTime.microseconds - 86_400_000_000)
    let rows = try connection.query(SQL.tailLogs) {
      $0.bind(cause)
      $0.bind(run.namespace)
      $0.bind(from)
      $0.bind(Int64(FailureFindings.lineCount))
    }
    let lines = try rows.map { row throws(PostgresError) in try LogLine(row) }
    return lines.reversed()
  }

  private func lastGood() throws -> RunID? {
    if let work = run.work {
      let rows = try connection.query(SQL.findLastGoodOfDeployment) {
        $0.bind(work.deploymentID)
        $0.bind(run.id)
        $0.bind(Int64(FailureFindings.earlierRuns))
      }
      return try rows.first { row throws(PostgresError) in try row.get(0, as: RunID.self) }
    }
    let rows = try connection.query(SQL.findLastGood) {
      $0.bind(run.namespace)
      $0.bind(run.content.definition)
      $0.bind(run.id)
      $0.bind(Int64(FailureFindings.earlierRuns))
      $0.bind(run.content.kind)
    }
    return try rows.first { row throws(PostgresError) in try row.get(0, as: RunID.self) }
  }

  private func records(_ ids: [RunID]) throws -> [RunRecord] {
    let rows = try connection.query(SQL.getRuns) {
      $0.bindArray(ids)
      $0.bind(run.namespace)
    }
    return try rows.map { row throws(PostgresError) in try RunRecord(row) }
  }

  private func holders(_ sessions: [SessionID]) throws -> [SessionID: String] {
    guard !sessions.isEmpty else { return [:] }
    var holders: [SessionID: String] = [:]
    let rows = try connection.query(SQL.getHolders) { $0.bindArray(sessions) }
    let pairs = try rows.map { row throws(PostgresError) in try Holder(row) }
    for pair in pairs { holders[pair.id] = pair.holder }
    return holders
  }

  private struct Holder {
    var id: SessionID
    var holder: String

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      id = try row.get(0)
      holder = try row.get(1)
    }
  }
}

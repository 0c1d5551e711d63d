// Decides how runs of elsewhere come in: a transaction for all that are sent together, tried again when somebody else wrote
// one of them meanwhile.

public import MartletModel
import MartletPostgres

extension Store {
  /// The most runs that come in together.
  public static let mostImportedRuns = 1000
  /// The most transitions that they may have together.
  public static let mostImportedTransitions = 20_000
  private static let attempts = 5

  /// Takes runs in with their histories, all of one namespace. They are answered one by one, in the order given; of those
  /// with the same id the first counts, and the others are compared with it.
  /// - Throws: `unavailable`; some may be there then.
  public func importRuns(
    _ runs: [ImportedRun], in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [ImportAnswer] {
    var answers = [ImportAnswer](repeating: .imported, count: runs.count)
    var places = Array(runs.indices)
    while !places.isEmpty {
      var seen: Set<RunID> = []
      let turn = places.filter { seen.insert(runs[$0].id).inserted }
        .sorted { runs[$0].id < runs[$1].id }
      let decided = try await importOnce(turn.map { runs[$0] }, in: namespace, deadline)
      for (place, answer) in zip(turn, decided) { answers[place] = answer }
      let done = Set(turn)
      places.removeAll { done.contains($0) }
    }
    return answers
  }

  private func importOnce(
    _ runs: [ImportedRun], in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [ImportAnswer] {
    let flows = transitions.knowledge.flows
    return try await read(deadline) { connection in
      try Self.importApart(runs[...], in: namespace, flows, on: connection)
    }
  }

  /// Takes runs in together; when a value of one cannot be stored, halves on their own, until that one is alone.
  private static func importApart(
    _ runs: ArraySlice<ImportedRun>, in namespace: Namespace, _ flows: FlowRegistry,
    on connection: PostgresConnection
  ) throws -> [ImportAnswer] {
    var attempts = 0
    while true {
      let transaction = ImportTransaction(
        runs: Array(runs), namespace: namespace, flows: flows, now: .systemClock)
      do {
        return try transaction.run(on: connection)
      } catch let error as PostgresError where attempts < Self.attempts && error.isOvertaken {
        attempts += 1
      } catch let error as PostgresError where error.isCausedByData && connection.isUsable {
        guard runs.count > 1 else {
          return [.invalid(field: error.column ?? "run", why: "is refused: \(error.message)")]
        }
        let middle = runs.startIndex + runs.count / 2
        return try importApart(runs[..<middle], in: namespace, flows, on: connection)
          + importApart(runs[middle...], in: namespace, flows, on: connection)
      }
    }
  }
}

extension PostgresError {
  /// Whether somebody else made or deleted a run since it was looked for.
  fileprivate var isOvertaken: Bool {
    isRetryable || sqlState == .uniqueViolation || sqlState == .deletedRun
  }
}

// Decides how what has happened is sent: in batches, several on their way at a time, and a run before all that belongs to it.

import Martlet
import MartletCall
import MartletProto
import MartletWire

/// Runs with their histories, results, log lines, artifacts and events on their way in.
final class PastImport {
  /// What became of a record.
  struct Fate: Sendable {
    var kind: RecordKind
    var outcome: RecordImport.Outcome
    var place: String
    /// Why it is not there as it says; nil when it is, or when that is not worth a line.
    var why: String?
  }

  /// How many batches are on their way at a time.
  private static let most = 4
  /// The most bytes of a batch, well below what a message may have.
  private static let size = 1 << 20

  private let connection: Connection
  private let absent = AbsentRuns()
  private var batch = PastBatch()
  private var batchSize = 0
  private var underWay: [Task<[Fate], any Error>] = []
  /// Done when the runs of all batches so far are there, or are not taken in.
  private var landed: Task<Void, Never>?
  /// The ids of results that the server of the file kept, by the runs that returned them.
  private var results: [String: String] = [:]

  init(_ connection: Connection) { self.connection = connection }

  /// Takes a record; tells what became of earlier ones.
  ///
  /// - Throws: `Status` when the server does not answer, or the caller may not.
  func take(_ record: ImportRecord) async throws -> [Fate] {
    let place = record.place
    switch record.content {
    case .history(let history):
      if let uri = history.resultAddress { results[history.run?.id ?? ""] = uri }
      batch.histories.append((history, place))
    case .result(let result):
      let id = results.removeValue(forKey: result.runID)
      guard let id, let payload = result.payload, payload.isInline else {
        return [Fate(kind: .result, outcome: .leftOut, place: place)]
      }
      let request = PutResultRequest(
        namespace: connection.namespace, id: id, runID: result.runID, payload: payload)
      batch.results.append((request, place))
    case .logEntry(let entry): batch.entries.append((entry, place))
    case .artifact(let artifact): batch.artifacts.append((artifact, place))
    case .event(let event): batch.events.append((event, place))
    default: return []
    }
    batchSize += record.size ?? record.content.encodedSize
    return batch.isFull || batchSize >= Self.size ? try await send() : []
  }

  /// Sends what is left and waits for all of it.
  ///
  /// - Throws: `Status` when the server does not answer, or the caller may not.
  func finish() async throws -> [Fate] {
    var fates = try await send()
    while !underWay.isEmpty { fates += try await first() }
    return fates
  }

  private func send() async throws -> [Fate] {
    let (batch, connection, absent, before) = (batch, connection, absent, landed)
    self.batch = PastBatch()
    batchSize = 0
    if batch.isEmpty { return [] }
    let runs = Task { try await batch.sendRuns(over: connection, absent: absent) }
    let landed = Task {
      _ = await runs.result
      await before?.value
    }
    self.landed = landed
    underWay.append(
      Task {
        let fates = try await runs.value
        await landed.value
        return fates + (try await batch.sendRest(over: connection, absent: absent))
      })
    return underWay.count < Self.most ? [] : try await first()
  }

  private func first() async throws -> [Fate] {
    let fates = try await underWay[0].value
    underWay.removeFirst()
    return fates
  }
}

/// Runs that were not taken in: what belongs to them is not, either.
actor AbsentRuns {
  private var ids: [String: RecordImport.Outcome] = [:]

  /// Notes a run.
  func add(_ id: String, _ outcome: RecordImport.Outcome) { ids[id] = outcome }

  /// Those of some runs that were not taken in, and why not.
  func among(_ runs: Set<String>) -> [String: RecordImport.Outcome] {
    if ids.isEmpty { return [:] }
    return ids.filter { runs.contains($0.key) }
  }
}

extension RunHistory {
  /// The id of the result that the server of the file kept beside the state, if it did.
  fileprivate var resultAddress: String? {
    guard case .completed(let completed)? = (transitions.last?.to ?? run?.state)?.detail,
      case .uri(let uri)? = completed.result?.body, uri.hasPrefix(RecordExport.results)
    else { return nil }
    return String(uri.dropFirst(RecordExport.results.count))
  }
}

extension Payload {
  /// Whether the value itself is here.
  fileprivate var isInline: Bool {
    switch body {
    case .json, .data: true
    case .uri, nil: false
    }
  }
}

extension RecordContent {
  /// How many bytes it has on its way.
  fileprivate var encodedSize: Int {
    switch self {
    case .history(let history): history.withEncodedBytes(\.count)
    case .result(let result): result.withEncodedBytes(\.count)
    case .logEntry(let entry): entry.withEncodedBytes(\.count)
    case .artifact(let artifact): artifact.withEncodedBytes(\.count)
    case .event(let event): event.withEncodedBytes(\.count)
    default: 0
    }
  }
}

// Decides which calls take a batch of what has happened, and what their answers mean for each record.

import Martlet
import MartletCall
import MartletProto
import MartletRPC

/// Records that are sent together, each with its place in the file.
struct PastBatch: Sendable {
  typealias Fate = PastImport.Fate

  var histories: [(record: RunHistory, place: String)] = []
  var results: [(record: PutResultRequest, place: String)] = []
  var entries: [(record: LogEntry, place: String)] = []
  var artifacts: [(record: Artifact, place: String)] = []
  var events: [(record: Event, place: String)] = []

  /// Whether a call takes no more of one of them.
  var isFull: Bool {
    histories.count >= 500 || results.count >= 100 || entries.count >= 1000
      || artifacts.count >= 200 || events.count >= 1000
  }

  var isEmpty: Bool {
    histories.isEmpty && results.isEmpty && entries.isEmpty && artifacts.isEmpty && events.isEmpty
  }

  /// Sends the runs, and notes those that are not taken in.
  func sendRuns(over connection: Connection, absent: AbsentRuns) async throws -> [Fate] {
    let client = connection.client.runs
    return try await Self.inParts(histories, .history) { part in
      let answer = try await client.importRuns(
        ImportRunsRequest(namespace: connection.namespace, histories: part.map(\.record)))
      var fates: [Fate] = []
      for (item, result) in zip(part, answer.results) {
        let fate = Self.fate(.history, item.place, result.error)
        if fate.outcome != .there {
          await absent.add(item.record.run?.id ?? "", fate.outcome)
        }
        fates.append(fate)
      }
      return fates
    } alone: { history, place in
      let fate = try await Self.sendInParts(history, place, over: connection)
      if fate.outcome != .there { await absent.add(history.run?.id ?? "", fate.outcome) }
      return fate
    }
  }

  /// Sends all else, when the runs are there.
  func sendRest(over connection: Connection, absent: AbsentRuns) async throws -> [Fate] {
    var fates: [Fate] = []
    let (client, namespace) = (connection.client, connection.namespace)
    let runs = Set(results.map(\.record.runID)).union(entries.map(\.record.runID))
    let gone = await absent.among(runs)
    func isThere(_ run: String, _ kind: RecordKind, _ place: String) -> Bool {
      guard let outcome = gone[run] else { return true }
      fates.append(
        Fate(kind: kind, outcome: outcome == .unfinished ? .unfinished : .leftOut, place: place))
      return false
    }
    let results = results.filter { isThere($0.record.runID, .result, $0.place) }
    let entries = entries.filter { isThere($0.record.runID, .logEntry, $0.place) }
    fates += try await results.concurrently { result in
      do {
        _ = try await client.results.putResult(result.record)
        return Fate(kind: .result, outcome: .there, place: result.place)
      } catch let status as Status where status.isAboutTheRecord {
        return Self.fate(.result, result.place, status)
      }
    }
    fates += try await Self.inParts(entries, .logEntry) { part in
      let answer = try await client.logs.batchWriteLogs(
        BatchWriteLogsRequest(namespace: namespace, entries: part.map(\.record)))
      let faults = Dictionary(
        answer.failures.map { (Int($0.index), $0.error) }, uniquingKeysWith: { first, _ in first })
      return part.indices.map { Self.fate(.logEntry, part[$0].place, faults[$0] ?? nil) }
    }
    fates += try await Self.inParts(artifacts, .artifact) { part in
      let answer = try await client.artifacts.importArtifacts(
        ImportArtifactsRequest(namespace: namespace, artifacts: part.map(\.record)))
      return zip(part, answer.results).map { Self.fate(.artifact, $0.place, $1.error) }
    }
    fates += try await Self.inParts(events, .event) { part in
      let answer = try await client.events.importEvents(
        ImportEventsRequest(namespace: namespace, events: part.map(\.record)))
      let faults = Dictionary(
        answer.failures.map { (Int($0.index), "\($0.field) \($0.message)") },
        uniquingKeysWith: { first, _ in first })
      return part.indices.map { index in
        let why = faults[index]
        return Fate(
          kind: .event, outcome: why == nil ? .there : .refused, place: part[index].place, why: why)
      }
    }
    return fates
  }

  /// Sends items; in halves when together they are more than a message takes, and one that is so alone in its own way.
  private static func inParts<Item: Sendable>(
    _ items: [(record: Item, place: String)], _ kind: RecordKind,
    _ send: ([(record: Item, place: String)]) async throws -> [Fate],
    alone: ((Item, String) async throws -> Fate)? = nil
  ) async throws -> [Fate] {
    if items.isEmpty { return [] }
    do {
      return try await patiently { try await send(items) }
    } catch let status as Status where status.code == .resourceExhausted {
      guard items.count > 1 else {
        guard let alone else { return [fate(kind, items[0].place, status)] }
        return [try await patiently { try await alone(items[0].record, items[0].place) }]
      }
      let middle = items.count / 2
      return try await inParts(Array(items[..<middle]), kind, send, alone: alone)
        + inParts(Array(items[middle...]), kind, send, alone: alone)
    }
  }

  /// Makes a call that the server puts off while it has too much to do.
  private static func patiently<R>(_ call: () async throws -> R) async throws -> R {
    var pause = Duration.milliseconds(100)
    while true {
      do {
        return try await call()
      } catch let status as Status where status.reason == "OVERLOADED" && pause < .seconds(30) {
        try await Task.sleep(for: max(pause, status.retryAfter ?? .zero))
        pause *= 2
      }
    }
  }

  private static func fate(_ kind: RecordKind, _ place: String, _ error: ReportError?) -> Fate {
    guard let error else { return Fate(kind: kind, outcome: .there, place: place) }
    if error.reason == "RUN_NOT_FINISHED" {
      return Fate(kind: kind, outcome: .unfinished, place: place)
    }
    let isDifferent = error.code == Int32(StatusCode.alreadyExists.rawValue)
    let field = error.field.isEmpty || error.message.contains(error.field) ? "" : error.field + " "
    return Fate(
      kind: kind, outcome: isDifferent ? .different : .refused, place: place,
      why: field + error.message)
  }

  static func fate(_ kind: RecordKind, _ place: String, _ status: Status) -> Fate {
    if status.reason == "RUN_NOT_FINISHED" {
      return Fate(kind: kind, outcome: .unfinished, place: place)
    }
    return Fate(
      kind: kind, outcome: status.code == .alreadyExists ? .different : .refused, place: place,
      why: status.message)
  }
}

// Decides how what has happened is read for an export: each run with its history, result and log lines, by id; then artifacts
// and events.

import Martlet
import MartletCall
import MartletProto
import MartletWire

extension RecordExport {
  /// Runs that are read at the same time, and then written in their order.
  private static var together: Int32 { 32 }
  /// How the names of events begin that are changes of state, and how one ends that tells of a deletion instead.
  private static var changes: [String] { ["martlet.flow-run.", "martlet.task-run."] }
  private static var deletion: String { ".Deleted" }
  /// How the addresses of results begin that the server keeps.
  static var results: String { "martlet:result/" }

  /// What one run came to.
  private struct RunRecords: Sendable {
    var history = ""
    var result = ""
    var entries: [String] = []
    var nextPage = ""
    var id: String
  }

  /// Writes histories and log lines, whichever were asked for.
  func writeRuns() async throws {
    let (connection, sections) = (connection, sections)
    try await eachPage { token in
      let page = try await client.runs.listRuns(
        ListRunsRequest(
          namespace: namespace, orderBy: "id", pageSize: Self.together, pageToken: token,
          readMask: ["id"]))
      let found = try await page.runs.map(\.id).concurrently { id in
        try await Self.records(of: id, sections, over: connection)
      }
      for run in found.compactMap(\.self) {
        if !run.history.isEmpty { try writer.write(.history, json: run.history) }
        if !run.result.isEmpty { try writer.write(.result, json: run.result) }
        for entry in run.entries { try writer.write(.logEntry, json: entry) }
        var rest = run.nextPage
        while !rest.isEmpty {
          let page = try await Self.logs(of: run.id, from: rest, over: connection)
          for entry in page.entries { try writer.write(.logEntry, entry) }
          rest = page.nextPageToken
        }
      }
      return page.nextPageToken
    }
  }

  /// Reads a run; nil when it was deleted meanwhile.
  private static func records(
    of id: String, _ sections: Set<RecordSection>, over connection: Connection
  ) async throws -> RunRecords? {
    var records = RunRecords(id: id)
    do {
      if sections.contains(.runs) {
        let (history, run) = try await history(of: id, over: connection)
        records.history = history
        records.result = try await result(of: run, over: connection)
      }
      if sections.contains(.logs) {
        let page = try await logs(of: id, from: "", over: connection)
        records.entries = try page.entries.map { try $0.jsonText() }
        records.nextPage = page.nextPageToken
      }
    } catch let status as Status where status.code == .notFound {
      return nil
    }
    return records
  }

  /// A run with all its transitions as JSON. The run is read last: it is not older than its history.
  private static func history(
    of id: String, over connection: Connection
  ) async throws -> (json: String, run: Run) {
    var transitions: [String] = []
    var token = ""
    repeat {
      let page = try await fitting { size in
        try await connection.client.runs.listTransitions(
          ListTransitionsRequest(
            namespace: connection.namespace, runID: id, pageSize: size, pageToken: token))
      }
      for transition in page.transitions { transitions.append(try transition.jsonText()) }
      token = page.nextPageToken
    } while !token.isEmpty
    let response = try await connection.client.runs.getRun(
      GetRunRequest(namespace: connection.namespace, id: id))
    let run = response.run ?? Run()
    let history = transitions.joined(separator: ",")
    return ("{\"run\":\(try run.jsonText()),\"transitions\":[\(history)]}", run)
  }

  /// The result that the server keeps apart from the run's state as JSON; empty when there is none, or no longer.
  private static func result(of run: Run, over connection: Connection) async throws -> String {
    guard case .completed(let completed)? = run.state?.detail,
      case .uri(let uri)? = completed.result?.body, uri.hasPrefix(results)
    else { return "" }
    do {
      var found = try await connection.client.results.getResult(
        GetResultRequest(namespace: connection.namespace, which: .id(uri)))
      found.runID = run.id
      return try found.jsonText()
    } catch let status as Status where status.code == .notFound {
      return ""
    }
  }

  private static func logs(
    of id: String, from token: String, over connection: Connection
  ) async throws -> ListLogsResponse {
    try await fitting { size in
      try await connection.client.logs.listLogs(
        ListLogsRequest(
          namespace: connection.namespace, runID: id, pageSize: size, pageToken: token))
    }
  }

  /// What a call answers with pages of up to 1000, or of fewer where so many are too long for a message.
  private static func fitting<R>(_ call: (_ size: Int32) async throws -> R) async throws -> R {
    var size: Int32 = 1000
    while true {
      do {
        return try await call(size)
      } catch let status as Status where status.code == .resourceExhausted && size > 1 {
        size /= 2
      }
    }
  }

  /// Writes artifacts, the newest first.
  func writeArtifacts() async throws {
    try await eachPage { token in
      let page = try await client.artifacts.listArtifacts(
        ListArtifactsRequest(namespace: namespace, pageToken: token))
      for artifact in page.artifacts { try writer.write(.artifact, artifact) }
      return page.nextPageToken
    }
  }

  /// Writes events that are kept as such, the newest first: changes of state are in the histories.
  func writeEvents() async throws {
    try await eachPage { token in
      let page = try await client.events.listEvents(
        ListEventsRequest(namespace: namespace, pageSize: 1000, pageToken: token))
      for event in page.events {
        let isChange = Self.changes.contains { event.name.hasPrefix($0) }
        if isChange && !event.name.hasSuffix(Self.deletion) { continue }
        try writer.write(.event, event)
      }
      return page.nextPageToken
    }
  }
}

// Decides how the log of a flow run is given away as a file: comma-separated values, oldest first.

internal import MartletCall
internal import MartletModel
internal import MartletProto

extension PrefectAPI {
  /// The most lines of a file.
  private static let mostLines = 100_000

  func downloadLogs(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    let run = try await run(id, .flow, request.context)
    let log = RunLog(run, asked: id)
    var text = "timestamp,level,flow_run_id,task_run_id,message\r\n"
    var list = ListLogsRequest(runID: run.id, includeDescendants: true)
    list.pageSize = 1000
    var count = 0
    repeat {
      let page = try await services.logs.listLogs(list, context: request.context)
      for entry in page.entries {
        let line = Shape.Log(entry, of: log)
        let fields = [
          Self.time(line.timestamp), "\(line.level)", id.text, line.taskRunID?.text ?? "",
          line.message,
        ]
        text += fields.map(Self.field).joined(separator: ",") + "\r\n"
      }
      count += page.entries.count
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty && count < Self.mostLines
    return PrefectResponse(
      file: PrefectResponse.File(type: "text/csv", name: "\(run.name)-logs.csv", text: text))
  }

  /// A time, with a space in the midst as Prefect's files have it.
  private static func time(_ time: Instant) -> String {
    time.rfc3339.replacing("T", with: " ").replacing("Z", with: "+00:00")
  }

  /// A field, in quotes where it must be (RFC 4180).
  private static func field(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
      byte != UInt8(ascii: ",") && byte != UInt8(ascii: "\"") && byte != 10 && byte != 13
    }
    return isPlain ? text : "\"\(text.replacing("\"", with: "\"\""))\""
  }
}

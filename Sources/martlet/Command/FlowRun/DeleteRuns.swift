// Decides how runs are deleted: a person is asked first when runs below them go too.

import ArgumentParser
import Glibc
import Martlet
import MartletProto

struct DeleteRuns: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rm",
    abstract:
      "Delete runs that have ended, with the runs below them, their history, logs and results.",
    discussion: """
      Artifacts with a key and cached results stay. A run that goes on is to be cancelled first. On a terminal it is \
      asked before runs go that have others below them.
      """)
  @Argument(help: "The runs: their ids or names; of several with a name the newest.")
  var runs: [String]
  @Flag(help: "Do not ask.")
  var noPrompt = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  /// The most runs in a call.
  private static let most = 1000

  func run() async throws {
    try await Connection.use(connection) { connection in
      var found: [Run] = []
      for reference in runs {
        let run = try await connection.find(reference)
        if !found.contains(where: { $0.id == run.id }) { found.append(run) }
      }
      if !noPrompt, isatty(STDIN_FILENO) == 1 {
        for run in found where try await connection.hasChildren(run) {
          complain("Delete \(run.name) and the runs below it? [y/N]")
          guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else {
            complain("martlet: nothing was deleted")
            return .failed
          }
        }
      }
      var status: ExitStatus?
      for start in stride(from: 0, to: found.count, by: Self.most) {
        let some = Array(found[start..<min(start + Self.most, found.count)])
        if try await connection.delete(some, as: format.output) { status = .failed }
      }
      return status
    }
  }
}

extension Connection {
  /// Whether there are runs below a run.
  fileprivate func hasChildren(_ run: Run) async throws -> Bool {
    var request = ListRunsRequest()
    request.namespace = namespace
    request.filter = "parent_id = \(quoted(run.id))"
    request.pageSize = 1
    return try await !client.runs.listRuns(request).runs.isEmpty
  }

  /// Deletes runs and shows what became of each; whether one stays.
  fileprivate func delete(_ runs: [Run], as output: Format) async throws -> Bool {
    var request = BatchDeleteRunsRequest()
    request.namespace = namespace
    request.ids = runs.map(\.id)
    let response = try await client.runs.batchDeleteRuns(request)
    if case .document(let notation) = output { try notation.print(response) }
    var isIncomplete = false
    for (run, result) in zip(runs, response.results) {
      switch result.outcome {
      case .deletion(let deletion):
        if output == .name { Terminal.standard.line(run.id) }
        guard output == .table else { continue }
        let below = deletion.deleted > 1 ? " and \(deletion.deleted - 1) below it" : ""
        Terminal.standard.line(
          deletion.pending
            ? "\(run.name) is being deleted: \(deletion.deleted) runs below it are gone"
            : "\(run.name)\(below) is gone")
      // It went with another of them.
      case .error(let error) where error.code == 5: continue
      case .error(let error):
        complain("martlet: \(run.name): \(error.message)")
        isIncomplete = true
      case nil: isIncomplete = true
      }
    }
    return isIncomplete
  }
}

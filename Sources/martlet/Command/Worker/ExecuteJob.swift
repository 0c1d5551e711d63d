// Decides how a worker's executor begins: hidden, for only a worker calls it.

import ArgumentParser
import Martlet
import MartletWorker

struct ExecuteJob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "execute", abstract: "Execute a job of a worker.", shouldDisplay: false)
  @Option(help: "The job file.")
  var job: String

  /// The command that a worker's own line names, without the parser: a run waits for it.
  ///
  /// - Returns: nil when the line is another.
  static func fast(_ arguments: [String]) -> ExecuteJob? {
    guard arguments.count == 5, arguments[1...3] == ["worker", "execute", "--job"] else {
      return nil
    }
    var command = ExecuteJob()
    command.job = arguments[4]
    return command
  }

  func run() async throws {
    let code: Int32
    do {
      code = try await JobExecution(file: job, environment: .current).run()
    } catch {
      complain("martlet: \(error)")
      code = ExecutorCode.unusable.rawValue
    }
    if code != 0 { throw ExitCode(code) }
  }
}

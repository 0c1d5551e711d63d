// Decides how a worker's executor begins: hidden, for only a worker calls it.

import ArgumentParser
import Martlet
import MartletWorker

struct ExecuteJob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "execute", abstract: "Execute a job of a worker.", shouldDisplay: false)
  @Option(help: "The job file.")
  var job: String?
  @Flag(help: "Wait to be given a job by the worker.")
  var standby = false

  /// The command that a worker's own line names, without the parser: a run waits for it.
  ///
  /// - Returns: nil when the line is another.
  static func fast(_ arguments: [String]) -> ExecuteJob? {
    guard arguments.count > 3, arguments[1...2] == ["worker", "execute"] else { return nil }
    var command = ExecuteJob()
    switch arguments[3...] {
    case ["--standby"]: (command.job, command.standby) = (nil, true)
    case let words where words.count == 2 && words.first == "--job":
      (command.job, command.standby) = (words.last, false)
    default: return nil
    }
    return command
  }

  func run() async throws {
    let code: Int32
    do {
      let environment = RunEnvironment.current
      guard let file = standby ? try await JobExecution.standBy(environment) : job else { return }
      code = try await JobExecution(file: file, environment: environment).run()
    } catch {
      complain("martlet: \(error)")
      code = ExecutorCode.unusable.rawValue
    }
    if code != 0 { throw ExitCode(code) }
  }
}

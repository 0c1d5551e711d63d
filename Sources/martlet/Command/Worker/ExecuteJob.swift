// Decides how a worker's executor begins: hidden, for only a worker calls it.

import ArgumentParser
import Martlet
import MartletWorker

struct ExecuteJob: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "execute", abstract: "Execute a job of a worker.", shouldDisplay: false)
  @Option(help: "The job file.")
  var job: String

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

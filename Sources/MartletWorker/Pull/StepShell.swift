// Decides how a pull step uses the programs of the machine: their lines go to the run's log, a cancellation and the end of
// the run's time end them.

import Glibc
import Martlet
import MartletProto

/// Runs programs for pull steps.
struct StepShell: Sendable {
  private static let grace = Duration.seconds(3)
  private static let cancelled = PullFailure("cancelled on request", reason: .cancelled)
  private static let timedOut = PullFailure("the run's time was over", reason: .timedOut)

  /// How many seconds a server may say nothing before it is given up.
  static let silence = 60

  let run: TrackedRun
  let control: RunControl
  /// When the run's time is over.
  let deadline: ContinuousClock.Instant?
  /// What every program is told.
  var environment: [String: String]

  /// Runs a program to its end.
  ///
  /// - Throws: `PullFailure` when it does not leave with 0.
  func execute(
    _ arguments: [String], in directory: String, adding variables: [String: String] = [:]
  ) async throws(PullFailure) {
    let ending = try await supervise(arguments, in: directory, adding: variables)
    switch ending.reason {
    case .cancelled: throw Self.cancelled
    case .timedOut: throw Self.timedOut
    case nil: break
    }
    guard ending.child != .exited(0) else { return }
    let name = arguments.prefix(2).filter { !$0.hasPrefix("-") }.joined(separator: " ")
    let end =
      switch ending.child {
      case .exited(let code): "left with \(code)"
      case .signalled(let number): "was ended by signal \(number)"
      }
    throw PullFailure(
      ending.lastLine.isEmpty ? "\(name) \(end)" : "\(name) \(end): \(ending.lastLine)")
  }

  private func supervise(
    _ arguments: [String], in directory: String, adding variables: [String: String]
  ) async throws(PullFailure) -> Supervisor.Ending {
    guard LocalFiles.isDirectory(directory) else {
      throw PullFailure("there is no directory \(directory)")
    }
    let child: ChildProcess
    do throws(ChildProcess.StartError) {
      child = try ChildProcess.start(
        arguments.map(SpawnStrings.bytes),
        environment: environment.merging(variables) { $1 }, directory: directory,
        output: .logged)
    } catch {
      throw PullFailure("\(error)")
    }
    let timeout = deadline.map { max(.milliseconds(1), $0 - .now) }
    return await Supervisor(
      child: child, run: run, timeout: timeout, grace: Self.grace, timeoutGrace: Self.grace,
      logger: Supervisor.workerLogger
    ).supervise(control)
  }

  /// Whether a program leaves with 0; what it says is of no interest.
  func succeeds(_ arguments: [String], in directory: String) async -> Bool {
    guard
      let child = try? ChildProcess.start(
        arguments.map(SpawnStrings.bytes), environment: environment, directory: directory,
        output: .logged)
    else { return false }
    async let output: Void = {
      for await _ in child.output.portions { child.output.taken() }
    }()
    let ending = await child.wait()
    await output
    return ending == .exited(0)
  }

  /// Lets some time go by.
  ///
  /// - Throws: `PullFailure` when the run is cancelled or its time is over.
  func wait(_ pause: Duration) async throws(PullFailure) {
    if let deadline, deadline <= .now { throw Self.timedOut }
    guard await control.sleep(for: pause) else { throw Self.cancelled }
  }

  /// Says something in the run's log.
  func say(_ text: String) async {
    await run.log(text, level: .info, logger: Supervisor.workerLogger)
  }
}

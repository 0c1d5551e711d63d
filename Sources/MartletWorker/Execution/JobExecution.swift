// Decides how an executor sees a job through: it takes the run, pulls, runs the program, tells how that went, and leaves
// with a code that says whether all that was its to do.

import Glibc
package import Martlet
import MartletCall
import MartletProto
import MartletWire

/// How an executor leaves, when it leaves by itself.
package enum ExecutorCode: Int32, Sendable {
  /// The end of the run is told, or kept to be told.
  case told = 0
  /// The job file cannot be used.
  case unusable = 65
  /// The server would not have the end of the run.
  case untold = 75
  /// The run was not ours: nothing was executed.
  case fenced = 76
}

/// The execution of a job by this process.
package struct JobExecution: Sendable {
  private let job: Job
  private let launch: ProcessLaunch
  private let directory: JobDirectory
  private let environment: RunEnvironment
  // The end is to be told before the server draws its own conclusion.
  private static let margin = Duration.seconds(2)

  /// A job that is none for a process.
  package struct Unusable: Error, CustomStringConvertible {
    /// One line for people.
    package let description: String
  }

  /// Waits until the worker gives this process a job. What the first call to the server costs a process is paid before.
  ///
  /// - Returns: the job file; nil when no job is to come.
  package static func standBy(_ environment: RunEnvironment) async throws -> String? {
    if let client = try? Client(environment) {
      _ = try? await client.system.ping(PingRequest(), options: CallOptions(timeout: .seconds(1)))
      client.close()
    }
    return try StandbyExecutor.await()
  }

  /// Reads a job file, and from then on counts as its executor.
  ///
  /// - Throws: what is wrong with the file.
  package init(file: String, environment: RunEnvironment) throws {
    let parent = file.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    directory = JobDirectory(path: parent.joined(separator: "/"))
    // Whoever holds the lock is the executor: what we start is not.
    for file in [DetachedProcess.lockDescriptor, DetachedProcess.outputDescriptor] {
      _ = fcntl(file, F_SETFD, FD_CLOEXEC)
    }
    try LocalFiles.write(Array("\(getpid())".utf8), to: directory.processFile)
    guard let bytes = LocalFiles.read(file) else { throw LocalFiles.Failure("cannot read", file) }
    job = try Job(file: bytes)
    guard let launch = job.processLaunch else {
      throw Unusable(description: "\(file) names neither a command nor an entrypoint")
    }
    self.launch = launch
    var environment = environment
    environment.namespace = job.namespace
    self.environment = environment
  }

  /// Executes the job; returns the code to leave with, which is on disk by then.
  package func run() async throws -> Int32 {
    let signals = Signals.stream([SIGTERM, SIGINT, SIGHUP])
    let code = try await withReporting(environment: environment, sessionID: job.sessionID) {
      reporting in await execute(reporting, signals)
    }
    try LocalFiles.write(Array("\(code.rawValue)".utf8), to: directory.endFile)
    return code.rawValue
  }

  private func execute(_ reporting: Reporting, _ signals: AsyncStream<Int32>) async
    -> ExecutorCode
  {
    let control = RunControl()
    let taking = Task { try await reporting.take(job.run, epoch: job.offer.epoch) }
    let relay = Task {
      for await number in signals {
        // TERM is the worker's wish that the job stop, INT that it stop at once.
        control.take(.cancel(number == SIGINT ? .zero : nil))
        taking.cancel()
      }
    }
    defer { relay.cancel() }
    let run: TrackedRun
    switch await taking.result {
    case .success(let taken): run = taken
    case .failure(RunError.cancelled): return .told
    case .failure(let error):
      say("the run \(job.run.id) is not executed: \(error)")
      return .fenced
    }
    defer { reporting.forget(run) }
    reporting.onCancel(of: run) { control.take(.cancel(grace(within: $0.grace))) }
    let scratch = directory.state.scratch(job.id)
    var attempt = JobAttempt(job, launch, of: run, reporting, control, in: directory.state)
    var wasGood = false
    let ending = await Attempts(of: run, control: control, complain: say).make {
      let ending = await attempt.make()
      wasGood = ending.state.type == .completed
      if !wasGood {
        await run.log(
          "The files of this attempt are in \(scratch)", logger: Supervisor.workerLogger)
      }
      return ending
    }
    if wasGood { LocalFiles.removeTree(scratch) }
    return ending.isTold ? .told : .untold
  }

  /// How long the program may take to end when the server gives the run so long.
  private func grace(within bound: Duration?) -> Duration {
    let own = launch.grace ?? JobAttempt.standardGrace
    return bound.map { max(.zero, min(own, $0 - Self.margin)) } ?? own
  }

  private func say(_ text: String) {
    var line = "martlet: \(text)\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}

extension Job {
  /// What a process of this machine is to execute; nil when there is nothing.
  var processLaunch: ProcessLaunch? {
    guard case .process(let launch)? = offer.launch?.kind,
      !launch.command.isEmpty || !launch.entrypoint.isEmpty
    else { return nil }
    return launch
  }
}

// Decides how one attempt of a job goes: the pull steps, unless an earlier attempt did them, and then the program, all of
// it within the run's time.

import Martlet
import MartletProto

/// The attempts of a job; what was pulled once stays for the next.
struct JobAttempt {
  private let job: Job
  private let launch: ProcessLaunch
  private let run: TrackedRun
  private let reporting: Reporting
  private let control: RunControl
  private let state: StateDirectory
  private var place: Puller.Place?

  // Between TERM and KILL when the deployment names none.
  static let standardGrace = Duration.seconds(30)
  // What the server leaves between the end of a run's time and its own end of it, less the time to tell of it.
  private static let timeoutGrace = Duration.seconds(4)

  init(
    _ job: Job, _ launch: ProcessLaunch, of run: TrackedRun, _ reporting: Reporting,
    _ control: RunControl,
    in state: StateDirectory
  ) {
    self.job = job
    self.launch = launch
    self.run = run
    self.reporting = reporting
    self.control = control
    self.state = state
  }

  /// Makes the next attempt.
  mutating func make() async -> AttemptEnding {
    let deadline = job.run.timeout.map { ContinuousClock.now + $0 }
    do {
      let place = try await pull(deadline)
      return try await execute(at: place, deadline)
    } catch let failure as Puller.Failure {
      return AttemptEnding(code: 1, state: state(of: failure))
    } catch {
      return AttemptEnding(code: 1, state: .failed("StartError", "\(error)"))
    }
  }

  private mutating func pull(_ deadline: ContinuousClock.Instant?) async throws -> Puller.Place {
    if let place { return place }
    let scratch = state.scratch(job.id)
    LocalFiles.removeTree(scratch)
    try LocalFiles.makeDirectory(scratch)
    let shell = StepShell(
      run: run, control: control, deadline: deadline, environment: launch.environment)
    let place = try await Puller(shell: shell, cache: state.cache, scratch: scratch)
      .pull(launch.pullSteps)
    self.place = place
    return place
  }

  private func execute(
    at place: Puller.Place, _ deadline: ContinuousClock.Instant?
  ) async throws -> AttemptEnding {
    let words =
      launch.entrypoint.isEmpty
      ? launch.command : [PythonProgram.path, "-m", "martlet.execute", launch.entrypoint]
    var command = CommandAttempt(words.map(SpawnStrings.bytes))
    command.environment = try JobVariables.variables(
      of: job, launch, parameterFile: state.scratch(job.id) + "/.parameters.json")
    command.environment.merge(place.environment) { own, _ in own }
    let directory = Puller.path(launch.workingDirectory, from: place.directory)
    guard LocalFiles.isDirectory(directory) else {
      return AttemptEnding(
        code: 1, state: .final("StartError", "there is no directory \(directory)"))
    }
    let grace = launch.grace ?? Self.standardGrace
    command.directory = directory
    command.timeout = deadline.map { max(.milliseconds(1), $0 - .now) }
    command.grace = grace
    command.timeoutGrace = min(grace, Self.timeoutGrace)
    command.outputLimit = launch.outputLimit > 0 ? Int(launch.outputLimit) : nil
    command.output = launch.streamOutput ? .copied(DetachedProcess.outputDescriptor) : .logged
    return await command.make(reporting, run, control) { text in
      await run.log(text, level: .warning, logger: Supervisor.workerLogger)
    }
  }

  private func state(of failure: Puller.Failure) -> State {
    switch failure.cause.reason {
    case .cancelled: return State(type: .cancelled, message: failure.cause.message)
    case .timedOut, nil:
      let message = "pull step \(failure.number) (\(failure.step)): \(failure.cause.message)"
      let isOver = failure.cause.reason == .timedOut
      var state = State.failed(isOver ? "TimedOut" : "PullStepFailed", message)
      if isOver { state.name = "TimedOut" }
      return state
    }
  }
}

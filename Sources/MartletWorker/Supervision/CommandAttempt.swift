// Decides how one attempt of a command goes and what is told of it: its result and the details of its failure come from
// files that it may write, its end from its code, from the signal that ended it or from who ended it.

package import Martlet
internal import MartletProto

/// A command that a run consists of.
package struct CommandAttempt: Sendable {
  /// The command and its arguments, as bytes without an end.
  package var arguments: [[CChar]]
  /// Added to this process's environment; what a run's child is told stands above it.
  package var environment: [String: String] = [:]
  /// Where it works; nil for where this process does.
  package var directory: String?
  /// How long it may take.
  package var timeout: Duration?
  /// How long it may take to end when it is asked to; a cancellation may name another time.
  package var grace = Supervisor.grace
  /// How long it may take to end when its time is over.
  package var timeoutGrace = Supervisor.grace
  /// How many bytes of its lines go to the log; nil for all.
  package var outputLimit: Int?
  /// Where what it writes goes beside the log.
  package var output = ChildProcess.Output.passed
  /// The signals that it shall ignore.
  package var ignored: Set<Int32> = []

  private static let timedOutCode: Int32 = 124

  /// Takes the command.
  package init(_ arguments: [[CChar]]) { self.arguments = arguments }

  /// What the messages call it.
  private var name: String {
    String(decoding: (arguments.first ?? []).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Runs the command once.
  ///
  /// - Parameter complain: says what was wrong with a file that it wrote, or that it cannot be started.
  package func make(
    _ reporting: Reporting, _ run: TrackedRun, _ control: RunControl,
    complain: (String) async -> Void
  ) async -> AttemptEnding {
    let result = OutputFile("output")
    let failure = OutputFile("failure")
    var variables = reporting.environment.variables(forChildOf: run)
    variables.merge(environment) { own, _ in own }
    variables["MARTLET_OUTPUT"] = result.path
    variables["MARTLET_FAILURE"] = failure.path
    let child: ChildProcess
    do throws(ChildProcess.StartError) {
      child = try ChildProcess.start(
        arguments, environment: variables, directory: directory, ignored: ignored,
        output: output)
    } catch {
      await complain("\(error)")
      return AttemptEnding(code: error.exitCode, state: .final("StartError", "\(error)"))
    }
    let supervisor = Supervisor(
      child: child, run: run, timeout: timeout, grace: grace, timeoutGrace: timeoutGrace,
      outputLimit: outputLimit)
    let ending = await supervisor.supervise(control)
    switch result.value() {
    case .value(let value): run.setResult(value)
    case .none: break
    case .useless(let why): await complain("the result is not recorded: \(why)")
    }
    var state = state(of: ending)
    if case .failed(var failed)? = state.detail, ending.reason == nil {
      switch failure.value() {
      case .value(let value):
        failed.take(value)
        // Cut to what a message may have: a longer one would be refused, and the run not be ended.
        state.message =
          State.failed(failed.errorType, "\(failed.errorType): \(failed.errorMessage)").message
        state.detail = .failed(failed)
      case .none: break
      case .useless(let why): await complain("the details of the failure are not recorded: \(why)")
      }
    }
    return AttemptEnding(code: code(of: ending), state: state)
  }

  private func code(of ending: Supervisor.Ending) -> Int32 {
    switch ending.reason {
    // The command may have left with 0 when it was asked to end; that is no success.
    case .timedOut: Self.timedOutCode
    case .cancelled: ending.child.code == 0 ? 1 : ending.child.code
    case nil: ending.child.code
    }
  }

  private func state(of ending: Supervisor.Ending) -> State {
    switch (ending.reason, ending.child) {
    case (.cancelled, _): return State(type: .cancelled, message: "cancelled on request")
    case (.timedOut, _):
      let limit = (timeout ?? .zero).formatted
      var state = State.failed("TimedOut", "still running after \(limit)")
      state.name = "TimedOut"
      return state
    case (nil, .exited(0)): return State(type: .completed)
    case (nil, .exited(let code)):
      return .failed("exit status \(code)", "\(name) left with \(code)")
    case (nil, .signalled(let number)):
      var state = State(type: .crashed)
      state.message = "\(name) was ended by signal \(number)"
      state.detail = .crashed(Crashed(signal: number))
      return state
    }
  }
}

extension Duration {
  /// Seconds with at most two decimals: what is left of a limit is a moment less than it.
  var formatted: String {
    let (seconds, attoseconds) = components
    let hundredths = ((Double(seconds) + Double(attoseconds) / 1e18) * 100).rounded()
    let isWhole = hundredths.truncatingRemainder(dividingBy: 100) == 0
    return isWhole ? "\(Int(hundredths / 100)) s" : "\(hundredths / 100) s"
  }
}

// Decides how a command that knows nothing of Martlet becomes a run: what it is called, what is recorded of it, and with
// which code we leave.

import ArgumentParser
import Glibc
import Martlet
import MartletProto
import MartletWire

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a command as a tracked run.",
    usage: "martlet run [--name NAME] [--param KEY=VALUE ...] -- COMMAND [ARGUMENT ...]",
    discussion: """
      The command's output, signals and exit code pass through. Its run is a child of $MARTLET_RUN_ID when that is \
      set, and runs that the command begins are children of it. What it writes to the file $MARTLET_OUTPUT, JSON or \
      text, is the run's result. When the server is away the command runs all the same, and what there is to report \
      is kept under ~/.martlet and sent by the next run.

      Leaves with the command's own code; 124 when its time was over; 127 when there is no such command, 126 when it \
      cannot be started; 1 when the server refuses the run.
      """)
  @Option(help: "What the work is called (default: the command's name).")
  var name: String?
  @Option(help: "A parameter to record, KEY=VALUE; may be repeated.")
  var param: [String] = []
  @Option(help: "Seconds after which the command is ended and the run fails.")
  var timeout: Int?
  @OptionGroup var connection: ConnectionOptions
  @Argument(parsing: .postTerminator, help: "The command and its arguments.")
  var command: [String] = []

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("say what to run: martlet run -- COMMAND")
    }
    guard param.allSatisfy({ $0.contains("=") }) else {
      throw ValidationError("--param takes KEY=VALUE")
    }
    if let timeout, timeout <= 0 { throw ValidationError("--timeout must be more than 0") }
  }

  func run() async throws {
    let ignored = Signals.ignored(of: Supervisor.forwarded)
    let signals = Signals.stream(Supervisor.forwarded.filter { !ignored.contains($0) })
    let code: Int32
    do {
      code = try await withReporting(environment: connection.environment) { reporting in
        try await track(reporting, signals: signals, ignored: ignored)
      }
    } catch let error as AddressError {
      complain("martlet: \(error)")
      code = ExitStatus.usage.rawValue
    }
    if code != 0 { throw ExitCode(code) }
  }

  private func track(
    _ reporting: Reporting, signals: AsyncStream<Int32>, ignored: Set<Int32>
  ) async throws -> Int32 {
    let run: TrackedRun
    do throws(RunError) {
      run = try await begin(reporting)
    } catch {
      complain("martlet: \(error)")
      return ExitStatus.failed.rawValue
    }
    defer { reporting.forget(run) }
    let result = ResultFile()
    var variables = reporting.environment.variables(forChildOf: run)
    variables["MARTLET_OUTPUT"] = result.path
    let child: ChildProcess
    do throws(ChildProcess.StartError) {
      child = try ChildProcess.start(
        ProgramArguments.last(command.count), environment: variables, ignored: ignored)
    } catch {
      complain("martlet: \(error)")
      await end(run, .failed("StartError", "\(error)"))
      return error.exitCode
    }
    let supervisor = Supervisor(child: child, run: run, timeout: timeout.map { .seconds($0) })
    reporting.onCancel(of: run) { supervisor.cancel(grace: $0.grace) }
    let ending = await supervisor.supervise(signals)
    switch result.read() {
    case .value(let value): run.setResult(value)
    case .none: break
    case .useless(let why): complain("martlet: the result is not recorded: \(why)")
    }
    await end(run, state(of: ending))
    return code(of: ending)
  }

  /// Begins the run below the one around it; on its own when the server has not heard of that, for the one who would
  /// tell it may not have noticed yet that the server is back, and the command is not to wait for that.
  private func begin(_ reporting: Reporting) async throws(RunError) -> TrackedRun {
    let name = name ?? String(command[0].split(separator: "/").last ?? "command")
    guard let parent = reporting.parentRunID else {
      return try await reporting.begin(kind: .flow, name, parameters: parameters, parent: nil)
    }
    do throws(RunError) {
      return try await reporting.begin(kind: .task, name, parameters: parameters, parent: parent)
    } catch {
      guard case .rejected(_, _, "parent_id") = error else { throw error }
      complain(
        "martlet: the server does not know the run \(parent): this one is recorded without it")
      return try await reporting.begin(kind: .flow, name, parameters: parameters, parent: nil)
    }
  }

  private func end(_ run: TrackedRun, _ state: State) async {
    do throws(RunError) {
      try await run.end(state)
    } catch {
      complain("martlet: the end of the run is not recorded: \(error)")
    }
  }

  // The server keeps 256 KiB of parameters; nobody reads that much of a command line.
  private static let longestCommand = 16 << 10

  /// The command as it is recorded: cut when it is long, and then said to be.
  private var recordedCommand: [JSONValue] {
    var recorded: [JSONValue] = []
    var left = Self.longestCommand
    for argument in command {
      guard argument.utf8.count <= left else {
        recorded.append(.string("… \(command.count - recorded.count) more arguments"))
        break
      }
      left -= argument.utf8.count + 8
      recorded.append(.string(argument))
    }
    return recorded
  }

  private var parameters: [String: JSONValue] {
    var parameters: [String: JSONValue] = ["command": .list(recordedCommand)]
    for pair in param {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parameters[String(parts[0])] = .string(String(parts[1]))
    }
    return parameters
  }

  private func code(of ending: Supervisor.Ending) -> Int32 {
    switch ending.reason {
    // The command may have left with 0 when it was asked to end; that is no success.
    case .timedOut: 124
    case .cancelled: ending.child.code == 0 ? ExitStatus.failed.rawValue : ending.child.code
    case nil: ending.child.code
    }
  }

  private func state(of ending: Supervisor.Ending) -> State {
    switch (ending.reason, ending.child) {
    case (.cancelled, _): return State(type: .cancelled, message: "cancelled on request")
    case (.timedOut, _):
      var state = State.failed("TimedOut", "still running after \(timeout ?? 0) s")
      state.name = "TimedOut"
      return state
    case (nil, .exited(0)): return State(type: .completed)
    case (nil, .exited(let code)):
      return .failed("exit status \(code)", "\(command[0]) left with \(code)")
    case (nil, .signalled(let number)):
      var state = State(type: .crashed)
      state.message = "\(command[0]) was ended by signal \(number)"
      state.detail = .crashed(Crashed(signal: number))
      return state
    }
  }
}

// Decides how a command that knows nothing of Martlet becomes a run: what it is called, what is recorded of it, and with
// which code we leave.

import ArgumentParser
import Glibc
import Martlet
import MartletProto
import MartletWire
import MartletWorker

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Run a command as a tracked run.",
    usage:
      "martlet run [--name NAME] [--param KEY=VALUE ...] [--retries N] -- COMMAND [ARGUMENT ...]",
    discussion: """
      The command's output, signals and exit code pass through. Its run is a child of $MARTLET_RUN_ID when that is \
      set, else of the flow run in $PREFECT__FLOW_RUN_ID, which Prefect's workers set; and runs that the command begins are \
      children of it. What it writes to the file $MARTLET_OUTPUT, JSON or \
      text, is the run's result; a JSON object with "type", "message", "traceback" or "retriable" in the file \
      $MARTLET_FAILURE tells how it failed. When the server is away the command runs all the same, and what there is to report \
      is kept under ~/.martlet and sent by the next run.

      With --retries a command that fails, or whose time is over, is started again after the delay; one that a signal \
      ended is not.

      Leaves with the command's own code; 124 when its time was over; 127 when there is no such command, 126 when it \
      cannot be started; 1 when the server refuses the run.
      """)
  @Option(help: "What the work is called (default: the command's name).")
  var name: String?
  @Option(help: "A parameter to record, KEY=VALUE; may be repeated.")
  var param: [String] = []
  @Option(help: "Seconds after which the command is ended and the run fails.")
  var timeout: Int?
  @Option(help: "How often the command is started again when it fails.")
  var retries: Int = 0
  @Option(
    help: ArgumentHelp(
      "Seconds before each retry; the last number repeats, none means at once.",
      valueName: "1,5,30"))
  var retryDelay: String = ""
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
    guard (0...1000).contains(retries) else {
      throw ValidationError("--retries must be from 0 to 1000")
    }
    guard delays != nil else {
      throw ValidationError("--retry-delay takes seconds, such as 10 or 1,5,30")
    }
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
    } catch let error as ProfileError {
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
    let control = RunControl()
    reporting.onCancel(of: run) { control.take(.cancel($0.grace)) }
    let relay = Task { await control.take(signals) }
    defer { relay.cancel() }
    var attempt = CommandAttempt(ProgramArguments.raw(command))
    attempt.timeout = timeout.map { .seconds($0) }
    attempt.ignored = ignored
    let attempts = Attempts(of: run, control: control) { complain("martlet: \($0)") }
    return await attempts.make {
      await attempt.make(reporting, run, control) { complain("martlet: \($0)") }
    }.code
  }

  /// Begins the run below the one around it; on its own when the server has not heard of that, for the one who would
  /// tell it may not have noticed yet that the server is back, and the command is not to wait for that.
  private func begin(_ reporting: Reporting) async throws(RunError) -> TrackedRun {
    let name = name ?? String(command[0].split(separator: "/").last ?? "command")
    guard let parent = reporting.parentRunID else {
      return try await begin(reporting, .flow, name, below: nil)
    }
    do throws(RunError) {
      return try await begin(reporting, .task, name, below: parent)
    } catch {
      guard case .rejected(_, _, "parent_id") = error else { throw error }
      complain(
        "martlet: the server does not know the run \(parent): this one is recorded without it")
      return try await begin(reporting, .flow, name, below: nil)
    }
  }

  private func begin(
    _ reporting: Reporting, _ kind: RunKind, _ name: String, below parent: String?
  ) async throws(RunError) -> TrackedRun {
    // TERM and the grace come out of the server's patience: it is told of the time-out with them.
    try await reporting.begin(
      kind: kind, name, parameters: parameters, parent: parent, retry: retry,
      timeout: timeout.map { .seconds($0) + Supervisor.grace })
  }

  /// The delays that were asked for; nil when they cannot be read.
  private var delays: [Duration]? {
    var delays: [Duration] = []
    for part in retryDelay.split(separator: ",", omittingEmptySubsequences: false)
    where !retryDelay.isEmpty {
      guard let seconds = Double(part), (0...2_592_000).contains(seconds) else { return nil }
      delays.append(.seconds(seconds))
    }
    return delays
  }

  private var retry: RetryPolicy? {
    retries == 0 ? nil : .retries(retries, delays: delays ?? [])
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
}

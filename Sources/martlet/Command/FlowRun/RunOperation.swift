// Decides what a person may do with one run, and how the server's verdict on it is shown.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

extension Connection {
  /// Shows what became of a request; a verdict other than ACCEPTED is the reason of a failure.
  ///
  /// - Parameter hint: What helps, when that is not the same for all that is asked of a run.
  func tell(
    _ verdict: Verdict?, on run: Run?, _ response: some Message, as output: Format,
    hint: String? = nil
  ) throws -> ExitStatus? {
    switch output {
    case .document(let notation): try notation.print(response)
    case .name: Terminal.standard.line(run?.id ?? "")
    case .table:
      Terminal.standard.line("\(run?.name ?? "the run") is \((run?.state).label)")
    }
    guard let verdict, verdict.code != .accepted else { return nil }
    complain("martlet: refused: \(hint.map { "\(verdict.reason): \($0)" } ?? verdict.advice)")
    return .failed
  }
}

struct RetryRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Have a run that has ended tried again.")
  @OptionGroup var reference: RunReference
  @Option(help: "Why, for people.")
  var message: String = ""
  @Flag(help: "Try a run again that ended well, too.")
  var force = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = RetryRunRequest()
      request.namespace = connection.namespace
      let before = try await connection.find(reference.run)
      request.id = before.id
      request.message = message
      request.force = force
      let response = try await connection.client.runs.retryRun(request)
      let status = try connection.tell(
        response.verdict, on: response.run, response, as: format.output,
        hint: response.run?.state?.type == .completed
          ? "it has completed; --force has it tried again" : nil)
      // Of a run that is to start anyway the server says it is well.
      guard status == nil, response.run?.revision == before.revision else { return status }
      complain("martlet: nothing was done: the run has not ended, and is to start by itself")
      return .failed
    }
  }
}

struct PauseRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Pause a run: what it would start waits until it is resumed.")
  @OptionGroup var reference: RunReference
  @Option(help: "Why, for people.")
  var message: String = ""
  @Option(help: "Seconds after which the run fails if nobody resumes it (default: never).")
  var timeout: Int?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = PauseRunRequest()
      request.namespace = connection.namespace
      request.id = try await connection.find(reference.run).id
      request.message = message
      request.maxWait = timeout.map { .seconds($0) }
      let response = try await connection.client.runs.pauseRun(request)
      return try connection.tell(
        response.verdict, on: response.run, response, as: format.output)
    }
  }
}

struct ResumeRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "End the pause of a run.")
  @OptionGroup var reference: RunReference
  @Option(help: ArgumentHelp("What the pause waits for, as JSON.", valueName: "json"))
  var input: String?
  @Option(help: "Why, for people.")
  var message: String = ""
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    var value: JSONValue?
    if let input {
      do {
        value = try Array(input.utf8).withUnsafeBytes {
          try JSONValue.decodeJSON($0, options: .standard)
        }
      } catch {
        throw ValidationError("--input is no JSON: \(error)")
      }
    }
    try await Connection.use(connection) { [value] connection in
      var request = ResumeRunRequest()
      request.namespace = connection.namespace
      request.id = try await connection.find(reference.run).id
      request.message = message
      request.input = value
      let response = try await connection.client.runs.resumeRun(request)
      return try connection.tell(
        response.verdict, on: response.run, response, as: format.output)
    }
  }
}

struct SetRunState: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set-state", abstract: "Give a run a state.",
    discussion: """
      Without --force only what the state machine lets anybody do: cancel it, pause it, have it tried again, end it \
      when nobody has it. With --force any state; the history says who did it.
      """)
  // In the order of their numbers.
  private static let names = [
    "SCHEDULED", "PENDING", "RUNNING", "PAUSED", "CANCELLING", "COMPLETED", "FAILED", "CANCELLED",
    "CRASHED",
  ]

  @OptionGroup var reference: RunReference
  @Argument(help: "The type of the state, such as COMPLETED.")
  var type: String
  @Option(help: "A finer name of the state.")
  var stateName: String = ""
  @Option(help: "Why, for people.")
  var message: String = ""
  @Flag(help: "Set it whatever the run is in and whoever has it.")
  var force = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    guard let index = Self.names.firstIndex(of: type.uppercased()) else {
      throw ValidationError(
        "there is no state \(type): \(Self.names.joined(separator: ", "))")
    }
    let type = StateType(rawValue: Int32(index + 1))
    try await Connection.use(connection) { connection in
      var request = SetRunStateRequest()
      request.namespace = connection.namespace
      request.id = try await connection.find(reference.run).id
      request.state = State(type: type, name: stateName, message: message)
      request.force = force
      let response = try await connection.client.runs.setRunState(request)
      return try connection.tell(
        response.verdict, on: response.run, response, as: format.output)
    }
  }
}

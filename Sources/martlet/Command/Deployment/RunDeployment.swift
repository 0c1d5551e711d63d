// Decides how a run of a deployment is asked for: its parameters, its time, and whether one waits for its end.

import ArgumentParser
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletWire

struct RunDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Create a run of a deployment.",
    discussion: """
      A value that reads as JSON is JSON, anything else text: 7, true, null and [1,2] are what they look like, while abc,
      007 and 2026-11-21 are text. Text that would read as JSON is written with its quotation marks:
        martlet deployment run etl/nightly --param day=2026-11-21 --param retries=3 --param 'version="3"'
      With --watch the command leaves with 0 when the run completed, and with 1 when it failed, crashed or was cancelled.
      """)
  @OptionGroup var reference: DeploymentArgument
  @Option(
    name: [.customShort("p"), .customLong("param")],
    help: "A parameter, KEY=VALUE, over the deployment's; several times for several.")
  var param: [String] = []
  @Option(help: "Parameters as a JSON object.")
  var params: String?
  @Option(help: "A value for the pool's template, KEY=VALUE; several times for several.")
  var jobVariable: [String] = []
  @Option(
    name: [.customLong("in"), .customLong("start-in")],
    help: "When to start, from now: \"10 min\", 1h30m.")
  var delay: String?
  @Option(
    name: [.customLong("at"), .customLong("start-at")],
    help: "When to start: 2026-11-21T09:30:00Z, or local time without the Z.")
  var time: String?
  @Option(
    name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")],
    help: "The queue of the pool in which it waits (default: the deployment's).")
  var queue: String = ""
  @Option(help: "A tag of the run; several times for several.")
  var tag: [String] = []
  @Option(
    name: [.customLong("name"), .customLong("flow-run-name")], help: "The name of the run.")
  var name: String = ""
  @Flag(help: "Follow the run until it has ended.")
  var watch = false
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func run() async throws {
    let request = try request()
    try await Connection.use(connection) { connection in
      var request = request
      request.namespace = connection.namespace
      request.run?.id = Identifier.timeOrdered()
      let response: CreateRunResponse
      do { response = try await connection.client.runs.createRun(request) } catch var status
        as Status
        where status.code == .invalidArgument
      {
        status.message += textHint(status.message)
        throw status
      }
      let run = response.run ?? Run()
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name: Terminal.standard.line(run.id)
      case .table: try show(run, at: connection.address)
      }
      return watch ? try await connection.watch(run.id, showsLogs: true) : nil
    }
  }

  private func request() throws -> CreateRunRequest {
    var run = Run()
    run.name = name
    run.tags = tag
    var parameters: [String: JSONValue] = [:]
    if let params {
      guard case .object(let object)? = try? JSONValue(json: Array(params.utf8)) else {
        throw ValidationError("--params takes a JSON object, not \(params)")
      }
      parameters = object
    }
    for text in param {
      let (key, value) = try pair(text, "--param")
      parameters[key] = self.value(value)
    }
    if !parameters.isEmpty { run.parameters = parameters }
    var variables: [String: JSONValue] = [:]
    for text in jobVariable {
      let (key, value) = try pair(text, "--job-variable")
      variables[key] = self.value(value)
    }
    if !variables.isEmpty { run.jobVariables = variables }
    if let due = try due() {
      var state = State()
      state.type = .scheduled
      state.detail = .scheduled(.init(dueTime: due))
      run.state = state
    }
    return CreateRunRequest(run: run, deployment: reference.deployment, queue: queue)
  }

  /// How parameters are given as text that were taken for something else and refused.
  private func textHint(_ message: String) -> String {
    let meant = param.compactMap { text -> String? in
      guard let (key, value) = try? pair(text, "--param"),
        message.contains("run.parameters.\(key):")
      else { return nil }
      if case .string = self.value(value) { return nil }
      return "--param " + shellQuoted("\(key)=\"\(value)\"")
    }
    guard !meant.isEmpty, message.contains("give a text") else { return "" }
    return "; as text: \(meant.joined(separator: " "))"
  }

  private func value(_ text: String) -> JSONValue {
    (try? JSONValue(json: Array(text.utf8))) ?? .string(text)
  }

  private func due() throws -> Timestamp? {
    switch (delay, time) {
    case (nil, nil): return nil
    case (let text?, nil):
      guard let microseconds = StartTime.length(text) else {
        throw ValidationError("--in takes a length such as \"10 min\" or 1h30m, not \"\(text)\"")
      }
      return StartTime.timestamp(StartTime.now + Interval(microseconds: microseconds))
    case (nil, let text?):
      return try StartTime.timestamp(text, "--at")
    default: throw ValidationError("--in and --at cannot be given together")
    }
  }

  private func show(_ run: Run, at address: String) throws {
    let terminal = Terminal.standard
    var due = StartTime.now
    if case .scheduled(let scheduled)? = run.state?.detail, let time = scheduled.dueTime {
      due = StartTime.instant(time)
    }
    let isNow = delay == nil && time == nil
    terminal.line("Created flow run '\(run.name)'.")
    terminal.line("└── UUID: \(run.id)")
    terminal.line("└── Parameters: \(try (run.parameters ?? [:]).jsonText())")
    terminal.line("└── Job Variables: \(try (run.jobVariables ?? [:]).jsonText())")
    terminal.line(
      "└── Scheduled start time: \(StartTime.local(due)) (\(isNow ? "now" : StartTime.ahead(due)))")
    terminal.line("└── URL: \(address)/runs/\(run.id)")
  }
}

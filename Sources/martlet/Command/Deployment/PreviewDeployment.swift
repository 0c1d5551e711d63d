// Decides how the times of schedules are shown: when, what the clock shows then, and what its changes do to them.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto
import MartletWire

struct PreviewDeployment: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preview", abstract: "Show when schedules fire, changes of the clock included.",
    discussion: """
      The server computes them as it does for the runs. With the flags of a schedule that one is shown too, without \
      being kept; then no deployment is needed:
        martlet deployment preview etl/nightly --from 2027-03-27 --to 2027-03-29
        martlet deployment preview --cron "30 2 * * *" --timezone Europe/Berlin --count 5
      """)
  @Argument(help: "The deployment: FLOW/NAME or its id.", completion: .deployments)
  var deployment: String?
  @OptionGroup var choices: ScheduleChoices
  @Option(name: [.customShort("n"), .customLong("count")], help: "How many times, at most 1000.")
  var count: Int32 = 20
  @Option(help: "From this time on (default: now); a date alone is its midnight in UTC.")
  var from: String?
  @Option(help: "Up to this time.")
  var to: String?
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard deployment != nil || !choices.isEmpty else {
      throw ValidationError("name a deployment, or give --cron, --interval or --rrule")
    }
    guard 1...1000 ~= count else { throw ValidationError("--count must be from 1 to 1000") }
  }

  func run() async throws {
    var request = PreviewScheduleRequest()
    request.deployment = deployment ?? ""
    request.limit = count
    request.fromTime = try from.map { try StartTime.timestamp($0, "--from") }
    request.toTime = try to.map { try StartTime.timestamp($0, "--to") }
    let given = try ManifestReader().schedules(try choices.entries())
    guard given.count <= 1 else {
      throw ValidationError("give one of --cron, --interval and --rrule")
    }
    if let manifest = given.first {
      var schedule = MartletProto.Schedule()
      schedule.take(manifest)
      request.schedule = schedule
    }
    try await Connection.use(connection) { [request] connection in
      var request = request
      request.namespace = connection.namespace
      let response = try await connection.client.deployments.previewSchedule(request)
      switch format.output {
      case .document(let notation): try notation.print(response)
      case .name:
        for time in response.times where time.fires {
          Terminal.standard.line(StartTime.instant(time.time ?? Timestamp()).rfc3339)
        }
      case .table:
        var paused: Set<String> = []
        if let deployment {
          let there = try await connection.deployment(deployment)
          paused = Set(there.schedules.filter { there.paused == true || $0.paused }.map(\.slug))
        }
        let table = Table(times: response.times, paused: paused)
        Terminal.standard.write(table.render(for: .standard))
      }
      return nil
    }
  }
}

extension Table {
  /// Times of schedules, one a row; nothing starts at those of paused ones.
  fileprivate init(times: [ScheduledTime], paused: Set<String>) {
    self.init("utc", "local", "schedule", "")
    for time in times {
      let isPaused = paused.contains(time.schedule)
      let style: Style? = time.fires && !isPaused ? nil : .dim
      let remarks = [isPaused ? "paused" : "", time.remark].filter { !$0.isEmpty }
      append(
        .init(time.clockText(offset: 0), style),
        .init("\(time.clockText(offset: time.utcOffset)) \(time.zoneAbbreviation)", style),
        .init(time.schedule, .bold),
        .init(remarks.joined(separator: ", "), time.clock == .unspecified ? nil : .yellow))
    }
  }
}

extension ScheduledTime {
  /// What a clock so many seconds east of UTC shows.
  fileprivate func clockText(offset: Int32) -> String {
    let instant = StartTime.instant(time ?? Timestamp())
    let shown = (instant + Interval(microseconds: Int64(offset) * 1_000_000)).rfc3339
    return String(shown.prefix(19)).replacing("T", with: " ")
  }

  /// What the clock's changes and the jitter do to it.
  fileprivate var remark: String {
    let named = localTime.split(separator: "T").last.map(String.init) ?? localTime
    var text =
      switch clock {
      case .skipped:
        "\(named) is skipped: clock change" + (fires ? ", fires so much later" : ", does not fire")
      case .first: "first of two: clock change" + (fires ? "" : ", does not fire")
      case .second: "second of two: clock change" + (fires ? "" : ", does not fire")
      default: ""
      }
    if let dueTime, let time, dueTime != time {
      text += (text.isEmpty ? "" : ", ") + "starts \(length(dueTime.interval(since: time))) later"
    }
    return text
  }
}

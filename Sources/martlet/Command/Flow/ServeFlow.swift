// Decides how a flow is served from the command line: by the Python at hand, in the place of this process.

import ArgumentParser
import Glibc
import Martlet
import MartletModel

struct ServeFlow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve a Python flow in place, without a worker.",
    discussion: """
      A deployment is made of it, and this process takes its runs until TERM or Ctrl-C. It needs Python with the martlet \
      package: python3, or what MARTLET_PYTHON names.
        martlet flow serve etl.py:pipeline --name nightly --cron "0 6 * * *" --timezone Europe/Berlin
      """)
  @Argument(help: "The flow, as FILE.py:FUNCTION or MODULE:FUNCTION.")
  var entrypoint: String
  @Option(name: [.short, .long], help: "The name of the deployment.")
  var name: String
  @Option(name: [.short, .long], help: "What it is for, for people.")
  var description: String?
  @Option(name: [.customShort("v"), .long], help: "The name of this version.")
  var version: String?
  @Option(name: [.short, .long], help: "A tag of its runs; may be repeated.")
  var tag: [String] = []
  @Option(help: "A parameter, NAME=VALUE with VALUE as JSON or text; may be repeated.")
  var param: [String] = []
  @Option(help: "A schedule by cron; may be repeated.")
  var cron: [String] = []
  @Option(help: "A schedule by distance: seconds, or 10m, 1h30m, 1d; may be repeated.")
  var interval: [String] = []
  @Option(help: "A schedule by RFC 5545, such as FREQ=WEEKLY;BYDAY=MO; may be repeated.")
  var rrule: [String] = []
  @Option(help: "The zone of the schedules, such as Europe/Berlin.")
  var timezone: String?
  @Option(
    name: [.long, .customLong("anchor")], help: "One of the times of an interval.")
  var anchorDate: String?
  @Option(help: "How many runs it has at a time.")
  var limit: Int?
  @Option(help: "How many runs there are in all programs that serve it together.")
  var globalLimit: Int?
  @Flag(inversion: .prefixedNo, help: "Whether its schedules stop when this process ends.")
  var pauseOnShutdown = false
  @OptionGroup var connection: ConnectionOptions

  private static let usual = "python3"

  func validate() throws {
    guard ManifestEntrypoint(entrypoint) != nil else {
      throw ValidationError("the flow must be as FILE.py:FUNCTION or MODULE:FUNCTION")
    }
    for text in interval where (Interval(duration: text) ?? .zero) <= .zero {
      throw ValidationError("--interval: \"\(text)\" is no length of time: 3600, 10m, 1h30m")
    }
    guard limit ?? 1 > 0, globalLimit ?? 1 > 0 else {
      throw ValidationError("--limit and --global-limit must be more than 0")
    }
    guard timezone == nil && anchorDate == nil || !(cron + interval + rrule).isEmpty else {
      throw ValidationError("--timezone and --anchor belong to --cron, --interval or --rrule")
    }
    for text in param { _ = try pair(text, "--param") }
  }

  func run() async throws {
    for (name, value) in connection.environment.serverVariables { setenv(name, value, 1) }
    let chosen = getenv("MARTLET_PYTHON").map { String(cString: $0) } ?? ""
    let python = chosen.isEmpty ? Self.usual : chosen
    var words = ([python, "-m", "martlet.serving"] + arguments).map { strdup($0) }
    words.append(nil)
    // Threads of Swift's have signals blocked, and a program inherits that.
    var none = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, nil)
    signal(SIGPIPE, SIG_DFL)
    execvp(python, words)
    complain("martlet: cannot start \(python): \(String(cString: strerror(errno)))")
    throw ExitCode(ExitStatus.failed.rawValue)
  }

  /// What Python is told.
  private var arguments: [String] {
    var words = [ManifestEntrypoint(entrypoint)?.text ?? entrypoint, "--name=\(name)"]
    func add(_ flag: String, _ values: [String]) { words += values.map { "--\(flag)=\($0)" } }
    func add(_ flag: String, _ value: String?) { add(flag, value.map { [$0] } ?? []) }
    add("description", description)
    add("version", version)
    add("tag", tag)
    add("param", param)
    add("cron", cron)
    add(
      "interval",
      interval.compactMap { Interval(duration: $0) }.map { "\(Double($0.microseconds) / 1e6)" })
    add("rrule", rrule)
    add("timezone", timezone)
    add("anchor-date", anchorDate)
    add("limit", limit.map { "\($0)" })
    add("global-limit", globalLimit.map { "\($0)" })
    if pauseOnShutdown { words.append("--pause-on-shutdown") }
    return words
  }
}

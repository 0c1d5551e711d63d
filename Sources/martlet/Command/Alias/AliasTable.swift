// Decides which other spellings of commands are understood, Prefect's above all: this table and nothing else. They are
// not shown by --help.

/// Another spelling of a command.
struct Alias: Sendable {
  /// What becomes of an option behind it.
  enum Option: Sendable {
    /// It has another name here.
    case named(String)
    /// Its value is an argument here, behind the others.
    case argument
    /// It has a value that stays its own.
    case valued
    /// It is a flag that means nothing here.
    case dropped
    /// It has a value that means nothing here.
    case droppedWithValue
    /// Its value is chosen for a setting.
    case setting(String)
    /// The same, of `account/workspace` the last part.
    case lastOfSetting(String)
  }

  /// The words at the beginning of the command line.
  let spelled: [String]
  /// What they mean.
  let means: [String]
  /// Options that differ.
  let options: [String: Option]
  /// The option whose value the last of two arguments is here; nil for none.
  let last: String?
  /// Whether the first argument is a line for the shell, to be run as a command.
  let runsLine: Bool

  init(
    _ spelled: String, _ means: String, options: [String: Option] = [:], last: String? = nil,
    runsLine: Bool = false
  ) {
    self.spelled = spelled.split(separator: " ").map(String.init)
    self.means = means.split(separator: " ").map(String.init)
    self.options = options
    self.last = last
    self.runsLine = runsLine
  }

  /// Every spelling.
  static let table: [Alias] = nouns + verbs + others

  /// Nouns: the plural, and what Prefect calls otherwise.
  private static let nouns: [Alias] =
    [
      "artifact", "automation", "backfill", "block", "deployment", "event", "flow", "flow-run",
      "limit", "profile", "result", "task-run", "variable", "work-pool", "worker",
    ].map { Alias($0 + "s", $0) } + [
      Alias("concurrency-limit", "limit"), Alias("concurrency-limits", "limit"),
      Alias("global-concurrency-limit", "limit"), Alias("global-concurrency-limits", "limit"),
      Alias("gcl", "limit"),
      Alias("work-queue", "work-pool queue"), Alias("work-queues", "work-pool queue"),
      Alias("pool", "work-pool"), Alias("pools", "work-pool"),
      Alias("work-pool queues", "work-pool queue"),
      Alias("deployment schedules", "deployment schedule"), Alias("block types", "block type"),
    ]

  /// Verbs: one vocabulary for every noun.
  private static let verbs: [Alias] =
    [
      "artifact", "block", "block type", "cache", "deployment", "flow", "flow-run", "limit",
      "profile", "variable",
      "work-pool", "work-pool queue", "worker",
    ].flatMap { [Alias("\($0) delete", "\($0) rm"), Alias("\($0) remove", "\($0) rm")] }
    + [
      "artifact", "automation", "backfill", "block", "block type", "cache", "deployment",
      "deployment schedule",
      "event", "flow",
      "flow-run", "limit", "profile", "task-run", "variable", "work-pool", "work-pool queue",
      "worker",
    ].map { Alias("\($0) list", "\($0) ls") }
    // Of a variable `inspect` shows more than `get`.
    + [
      "artifact", "backfill", "block", "deployment", "flow", "flow-run", "limit", "profile",
      "result", "task-run", "work-pool", "work-pool queue",
    ].map { Alias("\($0) inspect", "\($0) get") }

  /// Options that every command has and that have a value.
  private static let connecting: [String: Option] = [
    "--output": .valued, "-o": .valued, "--server": .valued, "--namespace": .valued,
    "--profile": .valued, "--tls-ca": .valued, "--tls-cert": .valued, "--tls-key": .valued,
  ]

  /// Commands that differ in more than their names.
  private static let others: [Alias] = [
    Alias(
      "limit create", "limit create",
      options: [
        "--limit": .argument, "-l": .argument, "--slot-decay-per-second": .named("--decay"),
      ]),
    Alias(
      "limit update", "limit set",
      options: [
        "--limit": .argument, "-l": .argument, "--slot-decay-per-second": .named("--decay"),
        "--enable": .named("--enable-enforcement"), "--disable": .named("--disable-enforcement"),
      ]),
    Alias(
      "deployment schedule create", "deployment schedule add",
      options: [
        "--interval-anchor": .named("--anchor"), "--no-active": .named("--paused"),
        "--active": .dropped, "--accept-yes": .dropped, "-y": .dropped,
      ]),
    Alias(
      "deployment schedule delete", "deployment schedule rm",
      options: ["--accept-yes": .dropped, "-y": .dropped]),
    Alias("deployment schedule remove", "deployment schedule rm"),
    Alias(
      "deployment schedule clear", "deployment schedule rm --all",
      options: ["--accept-yes": .dropped, "-y": .dropped]),
    Alias("deployment clear-schedules", "deployment schedule clear"),
    Alias(
      "work-pool set-concurrency-limit", "work-pool update", options: connecting,
      last: "--concurrency-limit"),
    Alias("work-pool clear-concurrency-limit", "work-pool update --concurrency-limit=-1"),
    Alias(
      "work-pool queue set-concurrency-limit", "work-pool queue update",
      options: connecting.merging(["--pool": .valued, "-p": .valued]) { $1 },
      last: "--concurrency-limit"),
    Alias(
      "work-pool queue clear-concurrency-limit", "work-pool queue update --concurrency-limit=-1"),
    Alias("work-pool queue read-runs", "work-pool queue preview"),
    Alias(
      "cloud login", "config set",
      options: [
        "--key": .setting("MARTLET_API_KEY"), "-k": .setting("MARTLET_API_KEY"),
        "--workspace": .lastOfSetting("MARTLET_NAMESPACE"),
        "-w": .lastOfSetting("MARTLET_NAMESPACE"),
      ]),
    Alias(
      "cloud workspace set", "config set",
      options: [
        "--workspace": .lastOfSetting("MARTLET_NAMESPACE"),
        "-w": .lastOfSetting("MARTLET_NAMESPACE"),
      ]),
    // Prefect's clients ask again and again where ours are told.
    Alias(
      "deployment run", "deployment run",
      options: [
        "-t": .named("--tag"), "-jv": .named("--job-variable"),
        "--watch-interval": .droppedWithValue,
      ]),
    Alias(
      "worker start", "worker start",
      options: [
        "--prefetch-seconds": .droppedWithValue, "--install-policy": .droppedWithValue,
        "-w": .named("--queue"), "--no-create-pool-if-not-found": .dropped,
      ]),
    Alias(
      "deploy", "deploy",
      options: [
        "--no-prompt": .dropped, "--prompt": .dropped, "--enforce-parameter-schema": .dropped,
      ]),
    Alias(
      "work-pool create", "work-pool create",
      options: ["--base-job-template": .named("--base-template")]),
    Alias(
      "work-pool update", "work-pool update",
      options: ["--base-job-template": .named("--base-template")]),
    Alias("work-pool ls", "work-pool ls", options: ["-v": .dropped, "--verbose": .dropped]),
    Alias("deployment rm", "deployment rm", options: ["--id": .argument]),
    Alias("deployment ls", "deployment ls", options: ["--flow-name": .named("--flow")]),
    Alias(
      "flow-run ls", "flow-run ls",
      options: ["--flow-name": .named("--name"), "--state-type": .named("--state")]),
    // Prefect's name an automation by its id in an option.
    Alias(
      "automation inspect", "automation get",
      options: ["--id": .argument, "--yaml": .dropped, "--json": .dropped]),
    Alias("automation get", "automation get", options: ["--id": .argument]),
    Alias("automation delete", "automation rm", options: ["--id": .argument]),
    Alias("automation remove", "automation rm", options: ["--id": .argument]),
    Alias("automation rm", "automation rm", options: ["--id": .argument]),
    Alias("automation pause", "automation pause", options: ["--id": .argument]),
    Alias("automation resume", "automation resume", options: ["--id": .argument]),
    Alias("automation update", "automation update", options: ["--id": .argument]),
    Alias("version", "version", options: ["--omit-integrations": .dropped]),
    Alias("limit enable", "limit set --enable-enforcement"),
    Alias("limit disable", "limit set --disable-enforcement"),
    Alias("variable unset", "variable rm"),
    Alias("work-pool get-default-base-job-template", "work-pool template"),
    Alias("event stream", "event tail --follow", options: ["--format": .named("--output")]),
    Alias(
      "server database upgrade", "server migrate up",
      options: ["-y": .dropped, "--yes": .dropped]),
    Alias("server database status", "server migrate status"),
    Alias(
      "shell watch", "run",
      options: [
        "--flow-name": .named("--name"), "--stream-stdout": .dropped,
        "--no-stream-stdout": .dropped,
      ], runsLine: true),
    Alias(
      "shell serve", "run",
      options: [
        "--flow-name": .named("--name"), "--run-once": .dropped, "--log-output": .dropped,
        "--no-log-output": .dropped, "--stream-stdout": .dropped,
      ], runsLine: true),
  ]
}

// Decides a simulated world: servers, processes, an operator and a dispatcher over one database, in
// virtual time, with everything going wrong that may.

public import MartletModel

/// A run of the simulator; equal seeds run equally.
public final class Simulation {
  /// What is simulated.
  public struct Options: Sendable {
    /// How many processes report.
    public var processes = 12
    /// How many servers share the database.
    public var servers = 2
    /// How long things go wrong.
    public var chaos = Interval.seconds(240)
    /// How long they go right afterwards, until all must be at rest.
    public var calm = Interval.seconds(240)

    /// The usual world.
    public init() {}
  }

  /// What a simulation came to.
  public struct Result: Sendable {
    /// The seed that repeats it.
    public let seed: UInt64
    /// The first broken promise, with the history of the run it speaks of; nil when all held.
    public let violation: String?
    /// Transitions committed.
    public let transitions: Int
    /// How often each rule of the state machine decided.
    public let rules: [String: Int]
  }

  let agenda = Agenda(now: Instant(microseconds: 1_800_000_000_000_000))
  let machine: StateMachine
  let options: Options
  let seed: UInt64
  var random: SplitMix64
  var database = SimulatedDatabase()
  var checks = Invariants()
  var servers: [SimulatedServer] = []
  var processes: [SimulatedProcess] = []
  var rules: [String: Int] = [:]
  /// Until when the database is away; nil while it is there.
  var outageEnd: Instant?
  /// Since when a server and the database have been there without a break.
  var serviceSince = Instant(microseconds: 0)
  var isCalm = false

  static let lease = Interval.seconds(30)
  /// Who acts for the server in histories.
  static let reaper = "service:reaper"
  /// How long an answer is under way at most.
  static let flight = Interval.milliseconds(100)
  /// How long a server has a cascade for itself, and how many children it asks at a time.
  static let hold = Interval.seconds(6)
  static let cascadeChunk = 2
  static let offerTime = Interval.seconds(8)
  static let reapInterval = Interval.seconds(3)
  /// How long after a bound a run must have left its state: two passes of a reaper and a commit.
  static let slack = Interval.seconds(15)

  /// Makes a world.
  ///
  /// - Parameters:
  ///   - machine: The state machine; a broken one must be found out.
  public init(seed: UInt64, machine: StateMachine = .standard, options: Options = Options()) {
    self.seed = seed
    self.machine = machine
    self.options = options
    random = SplitMix64(seed: seed)
  }

  /// Runs the world to its end, or to the first broken promise.
  public func run() -> Result {
    let start = agenda.now
    serviceSince = start
    for index in 0..<options.servers {
      let server = SimulatedServer(index, in: self)
      servers.append(server)
      server.start()
    }
    for _ in 0..<options.processes { spawnLater(within: options.chaos) }
    beginOperator()
    beginDispatcher()
    if seed % 2 == 1 { beginTellers() }
    beginChaos()
    watch()
    agenda.run(until: start + options.chaos) { checks.violation != nil }
    isCalm = true
    resumeAll()
    agenda.run(until: start + options.chaos + options.calm) { checks.violation != nil }
    if checks.violation == nil { checks.checkRest(self) }
    return Result(
      seed: seed, violation: checks.violation.map { $0 + story(in: $0) },
      transitions: database.history.values.reduce(0) { $0 + $1.count }, rules: rules)
  }

  /// A new id, time-ordered as clients make them.
  func newID() -> RunID {
    RunID.v7(now: agenda.now, random: (random.next(), random.next()))
  }

  /// A random delay between two bounds.
  func delay(_ least: Int64, _ most: Int64) -> Interval {
    .milliseconds(Int64.random(in: least...most, using: &random))
  }

  /// A server that is up; nil when none is.
  func anyServer() -> SimulatedServer? {
    servers.filter(\.isUp).randomElement(using: &random)
  }

  /// The histories of the runs that a text names.
  private func story(in text: String) -> String {
    let named = database.history.keys.sorted().filter { text.contains($0.description) }
    return named.flatMap { database.history[$0, default: []] }.map { transition in
      let seconds = Double(transition.time.microseconds % 10_000_000_000) / 1e6
      let seq = transition.seq.map(String.init) ?? "-"
      let execution = transition.executionID?.description.prefix(8) ?? "-"
      return "\n  \(seconds) r\(transition.revision) \(transition.rule) -> \(transition.to.name)"
        + " epoch \(transition.epoch) seq \(seq) \(execution) by \(transition.actor)"
    }.joined()
  }

  /// Checks twice a second that nothing is overdue.
  private func watch() {
    agenda.after(.milliseconds(500)) { [unowned self] in
      if outageEnd != nil || anyServer() == nil { serviceSince = agenda.now }
      checks.checkBounds(self)
      watch()
    }
  }
}

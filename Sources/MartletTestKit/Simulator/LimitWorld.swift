// Decides a simulated world of limits: clients, servers with granters and expirers, and the one database between them,
// in virtual time, with crashes and delays between any two steps.

import MartletModel

/// A run of the simulator of limits; equal seeds run equally.
public final class LimitWorld {
  /// Ways to break the rules, which must be found out.
  public enum Sabotage: String, Sendable, CaseIterable {
    /// Newcomers are served although others wait.
    case newcomersFirst
    /// The granter counts without the holds of others.
    case forgetsHolds
    /// The granter serves from the end of the line.
    case lastComeFirst
    /// Nobody ends leases that lapsed.
    case keepsLapsed
    /// Slots come back unmarked, so that nobody looks at the line.
    case leavesNoMark
  }

  /// What a simulation came to.
  public struct Result: Sendable {
    /// The first broken promise.
    public let violation: String?
    /// How many leases were granted at once.
    public let granted: Int
    /// How many were granted after they waited.
    public let served: Int
    /// How many leases, and places in line, lapsed.
    public let lapsed: Int
  }

  let agenda = Agenda(now: Instant(microseconds: 1_800_000_000_000_000))
  let sabotage: Sabotage?
  var random: SplitMix64
  var tables = LimitTables()
  var checker = LimitChecker()
  var servers: [LimitServer] = []
  var isCalm = false

  static let chaos = Interval.seconds(120)
  static let calm = Interval.seconds(120)
  static let patience = Interval.seconds(10)
  static let granterLease = Interval.seconds(5)
  /// How many of a line a granter looks at.
  static let depth = 3

  /// Makes a world.
  public init(seed: UInt64, sabotage: Sabotage? = nil) {
    random = SplitMix64(seed: seed)
    self.sabotage = sabotage
  }

  /// Runs the world to its end, or to the first broken promise.
  public func run() -> Result {
    for number in 1...4 {
      let id = LimitID(high: 0, low: UInt64(number))
      let slots = Int32.random(in: 1...4, using: &random)
      let decay =
        number == 4 ? SlotDecay(perSecond: Double.random(in: 0.5...5, using: &random)) : nil
      tables.limits[id] = LimitOccupancy(id: id, slots: slots, decay: decay)
    }
    for index in 0..<3 {
      let server = LimitServer(index, in: self)
      servers.append(server)
      server.start()
    }
    for index in 0..<10 { begin(LimitClient(index, in: self)) }
    beginChaos()
    let start = agenda.now
    agenda.run(until: start + Self.chaos) { checker.violation != nil }
    isCalm = true
    // Nobody shall wait for more than there will ever be.
    for number in 1...3 { tables.limits[LimitID(high: 0, low: UInt64(number))]?.slots = 4 }
    tables.mark(tables.limits.keys.sorted())
    agenda.run(until: start + Self.chaos + Self.calm) { checker.violation != nil }
    if checker.violation == nil { checker.checkRest(tables) }
    return Result(
      violation: checker.violation, granted: checker.granted, served: checker.served,
      lapsed: checker.lapsed)
  }

  func delay(_ least: Int64, _ most: Int64) -> Interval {
    .milliseconds(Int64.random(in: least...most, using: &random))
  }

  func anyServer() -> LimitServer? {
    servers.filter(\.isUp).randomElement(using: &random)
  }

  private func begin(_ client: LimitClient) {
    agenda.after(delay(0, 5000)) { client.ask() }
  }

  private func beginChaos() {
    agenda.after(delay(200, 4000)) { [unowned self] in
      guard !isCalm else { return }
      beginChaos()
      switch Int.random(in: 0..<4, using: &random) {
      case 0, 1: servers.randomElement(using: &random)?.crash(for: delay(10, 8000))
      case 2: servers.randomElement(using: &random)?.loseTransaction()
      default:
        // An operator changes a limit: whoever holds slots keeps them.
        let id = LimitID(high: 0, low: UInt64.random(in: 1...3, using: &random))
        tables.limits[id]?.slots = Int32.random(in: 1...4, using: &random)
        tables.mark([id])
      }
    }
  }
}

// Decides what is remembered of a move while it is under way, and where: in a variable of this server, so that whoever repeats
// the command, wherever, goes on.

import Martlet
import MartletCall
import MartletProto
import MartletWire

/// What is known of the move of a schedule or an automation.
struct CutoverRecord {
  /// How far it is.
  enum Phase: String {
    /// What is ahead in Prefect is known; it may be paused there already.
    case noted
    /// It is paused there; it may have begun here already.
    case paused
    /// It is here.
    case done
  }

  /// A run that Prefect made ahead.
  struct Tick {
    /// Its id there.
    var run: String
    /// When it is due.
    var time: Timestamp
  }

  /// How far it is; nil when nothing is known.
  private(set) var phase: Phase?
  /// The runs that were ahead; once it is paused, those that are gone there.
  var noted: [Tick] = []
  /// When it begins here.
  var begin: Timestamp?

  private let name: String
  private let connection: Connection

  /// A record of something with an id; see ``read()``.
  init(of id: String, _ connection: Connection) {
    name = "prefect-cutover-\(id)"
    self.connection = connection
  }

  /// Whether a run is due before the schedule begins here.
  func comesBeforeHere(_ tick: Tick) -> Bool {
    guard let begin else { return true }
    return (tick.time.seconds, tick.time.nanos) < (begin.seconds, begin.nanos)
  }

  /// Whether all that was ahead comes before the schedule begins here: what came after it is not known.
  var isShort: Bool { !noted.isEmpty && noted.allSatisfy(comesBeforeHere) }

  /// Reads what is known.
  mutating func read() async throws {
    let found: Variable?
    do {
      found = try await connection.client.variables.getVariable(
        GetVariableRequest(namespace: connection.namespace, name: name)
      ).variable
    } catch let status as Status where status.code == .notFound {
      return
    }
    guard case .object(let record)? = found?.value, case .string(let word)? = record["phase"] else {
      return
    }
    phase = Phase(rawValue: word)
    begin = try record["begin"].flatMap { try Self.time($0) }
    guard case .list(let ticks)? = record["ticks"] else { return }
    noted = try ticks.compactMap { tick in
      guard case .list(let pair) = tick, pair.count == 2, case .string(let run) = pair[0],
        let time = try Self.time(pair[1])
      else { return nil }
      return Tick(run: run, time: time)
    }
  }

  /// Notes how far it is now.
  mutating func write(_ phase: Phase) async throws {
    var record: [String: JSONValue] = ["phase": .string(phase.rawValue)]
    if phase != .done {
      record["ticks"] = .list(
        try noted.map { .list([.string($0.run), .string(try Self.text($0.time))]) })
    }
    if let begin { record["begin"] = .string(try Self.text(begin)) }
    var variable = Variable()
    variable.name = name
    variable.value = .object(record)
    _ = try await connection.client.variables.setVariable(
      SetVariableRequest(
        namespace: connection.namespace, variable: variable, policy: .upsert))
    self.phase = phase
  }

  private static func time(_ value: JSONValue) throws -> Timestamp? {
    guard case .string(let text) = value else { return nil }
    return try Timestamp(json: "\"\(text)\"")
  }

  private static func text(_ time: Timestamp) throws -> String {
    String(try time.jsonText().dropFirst().dropLast())
  }
}

// Decides how a run's policy, and what it carries along, are kept in a column each: null for nearly all.

import MartletModel
import MartletPostgres

extension RunPolicy {
  /// The members that are not plain. The timeout is here too, for a transition reads this row only.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if let timeout { members.append(("timeout", .integer(timeout.microseconds))) }
    switch loss {
    case .crash: break
    case .rerun(let most): members.append(("reruns", .integer(Int64(most))))
    case .wait: members.append(("waits", .bool(true)))
    }
    if let retry { members.append(("retry", retry.json)) }
    if !limits.isEmpty { members.append(("limits", .array(limits.map(\.json)))) }
    if !tags.isEmpty { members.append(("tags", .array(tags.map { .string($0) }))) }
    if isPlaced { members.append(("placed", .bool(true))) }
    if edition != 0 { members.append(("edition", .integer(Int64(edition)))) }
    return .object(members)
  }

  /// Reads what `json` wrote.
  init(_ document: PostgresJSON?) throws(PostgresError) {
    guard let document else {
      self = .plain
      return
    }
    let json = try JSONValue(document)
    var loss = LossPolicy.crash
    if let most = json["reruns"]?.integer {
      loss = .rerun(atMost: Int32(truncatingIfNeeded: most))
    } else if json["waits"]?.bool == true {
      loss = .wait
    }
    self.init(
      retry: json["retry"].map(RetryPolicy.init(json:)),
      timeout: json["timeout"]?.integer.map(Interval.init(microseconds:)), loss: loss,
      limits: (json["limits"]?.elements ?? []).map(SlotNeed.init(json:)),
      tags: (json["tags"]?.elements ?? []).compactMap(\.string),
      isPlaced: json["placed"]?.bool ?? false,
      edition: Int32(truncatingIfNeeded: json["edition"]?.integer ?? 0))
  }
}

extension RetryPolicy {
  /// Factors are kept as their bits, so that a delay that is worked out again is the same.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("max", .integer(Int64(maxRetries))), ("mode", .integer(Int64(mode.rawValue))),
    ]
    switch delay {
    case .listed(let delays):
      members.append(("delays", .array(delays.map { .integer($0.microseconds) })))
    case .exponential(let first, let factor, let longest):
      members += [
        ("first", .integer(first.microseconds)), ("factor", .integer(Int64(factor.bitPattern))),
        ("longest", .integer(longest.microseconds)),
      ]
    }
    if jitter != 0 { members.append(("jitter", .integer(Int64(jitter.bitPattern)))) }
    if retriesCrashes { members.append(("crashes", .bool(true))) }
    return .object(members)
  }

  fileprivate init(json: JSONValue) {
    func number(_ key: String) -> Int64 { json[key]?.integer ?? 0 }
    func factor(_ key: String) -> Double { Double(bitPattern: UInt64(bitPattern: number(key))) }
    let delay: Delay
    if json["first"] != nil {
      delay = .exponential(
        first: Interval(microseconds: number("first")), factor: factor("factor"),
        longest: Interval(microseconds: number("longest")))
    } else {
      delay = .listed(
        (json["delays"]?.elements ?? []).map { Interval(microseconds: $0.integer ?? 0) })
    }
    self.init(
      maxRetries: Int32(truncatingIfNeeded: number("max")), delay: delay, jitter: factor("jitter"),
      mode: Mode(rawValue: Int16(truncatingIfNeeded: number("mode"))) ?? .inProcess,
      retriesCrashes: json["crashes"]?.bool ?? false)
  }
}

extension SlotNeed {
  fileprivate var json: JSONValue {
    .array([
      .integer(Int64(scope.rawValue)), .string(name), .integer(Int64(slots)),
      .integer(Int64(strategy.rawValue)),
    ])
  }

  fileprivate init(json: JSONValue) {
    let parts = json.elements
    func number(_ index: Int) -> Int64 { parts[index].integer ?? 0 }
    self.init(
      LimitScope(rawValue: Int16(truncatingIfNeeded: number(0))) ?? .global,
      parts[1].string ?? "", slots: Int32(truncatingIfNeeded: number(2)),
      strategy: CollisionStrategy(rawValue: Int16(truncatingIfNeeded: number(3))) ?? .enqueue)
  }
}

extension RunTally {
  /// The members that say something.
  var json: JSONValue {
    var members: [(key: String, value: JSONValue)] = []
    if retries != 0 { members.append(("retries", .integer(Int64(retries)))) }
    if losses != 0 { members.append(("losses", .integer(Int64(losses)))) }
    if let restart { members.append(("restart", .integer(Int64(restart.rawValue)))) }
    if let released { members.append(("released", .string(released.description))) }
    if !resumedKeys.isEmpty {
      members.append(("resumed", .array(resumedKeys.map { .string($0) })))
    }
    if !pauseKey.isEmpty { members.append(("pause", .string(pauseKey))) }
    if let keptDue { members.append(("due", .integer(keptDue.microseconds))) }
    if isMidway { members.append(("midway", .bool(true))) }
    if isPauseAsked { members.append(("asked", .bool(true))) }
    if holdsSlots { members.append(("slots", .bool(true))) }
    if let toldTime { members.append(("told", .integer(toldTime.microseconds))) }
    if let orderTime { members.append(("order", .integer(orderTime.microseconds))) }
    if let word { members.append(("word", .integer(Int64(word.rawValue)))) }
    return .object(members)
  }

  /// Reads what `json` wrote.
  init(_ document: PostgresJSON?) throws(PostgresError) {
    self.init()
    guard let document else { return }
    let json = try JSONValue(document)
    retries = Int32(truncatingIfNeeded: json["retries"]?.integer ?? 0)
    losses = Int32(truncatingIfNeeded: json["losses"]?.integer ?? 0)
    restart = (json["restart"]?.integer).flatMap {
      Restart(rawValue: Int16(truncatingIfNeeded: $0))
    }
    released = (json["released"]?.string).flatMap { ExecutionID($0) }
    resumedKeys = (json["resumed"]?.elements ?? []).compactMap(\.string)
    pauseKey = json["pause"]?.string ?? ""
    keptDue = (json["due"]?.integer).map(Instant.init(microseconds:))
    isMidway = json["midway"]?.bool ?? false
    isPauseAsked = json["asked"]?.bool ?? false
    holdsSlots = json["slots"]?.bool ?? false
    toldTime = (json["told"]?.integer).map(Instant.init(microseconds:))
    orderTime = (json["order"]?.integer).map(Instant.init(microseconds:))
    word = (json["word"]?.integer).flatMap { Word(rawValue: Int16(truncatingIfNeeded: $0)) }
  }
}

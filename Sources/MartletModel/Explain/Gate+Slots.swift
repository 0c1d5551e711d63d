// Decides how limits and keys of the cache stand in the way of a run.

extension LimitFact {
  /// The gate that the limit is.
  func gate(at now: Instant) -> Gate {
    var references = [Gate.Reference.limit(limit.id, name: name)]
    let subject = scope == .global ? name : "\(name) (\(scope))"
    guard hasAsked else { return gateAhead(subject, references, at: now) }
    guard let place else {
      return Gate(
        .limit, .open, "it holds \(wanted) of \(limit.slots) slots", subject: subject,
        references: references)
    }
    references += holders.map(\.reference)
    let line = "\(Self.ordinal(place)) in line"
    var taken = "\(limit.taken(at: now)) of \(limit.slots) slots taken"
    if holderCount > holders.count { taken += " by \(holderCount) holders" }
    let slots = wanted == 1 ? "a slot of \(name)" : "\(wanted) slots of \(name)"
    var gate = Gate(
      .limit, .closed, "\(taken), \(line)", subject: subject, references: references)
    switch limit.room(for: wanted, at: now) {
    case .closed:
      gate.summary = "it has no slots, \(line)"
      gate.remedy = "somebody gives \(name) slots"
    case .tooMany:
      gate.summary = "it wants \(wanted) of \(limit.slots) slots"
      gate.remedy = "somebody gives \(name) \(wanted) slots"
    case .full(let until):
      gate.remedy = "\(slots) \(wanted == 1 ? "comes" : "come") free"
      gate.openTime = place == 1 ? serveTime ?? until : serveTime
    case .free:
      gate.remedy = "its turn at \(name) comes"
      gate.openTime = serveTime
    }
    return gate
  }

  /// The gate that the limit will be when the run starts: nobody keeps it a place before.
  private func gateAhead(
    _ subject: String, _ references: [Gate.Reference], at now: Instant
  ) -> Gate {
    let taken = "\(limit.taken(at: now)) of \(limit.slots) slots taken"
    var gate = Gate(.limit, .closed, taken, subject: subject, references: references)
    switch limit.room(for: wanted, at: now) {
    case .free: gate.standing = .open
    case .closed:
      gate.summary = "it has no slots"
      gate.remedy = "somebody gives \(name) slots"
    case .tooMany:
      gate.summary = "it wants \(wanted) of \(limit.slots) slots"
      gate.remedy = "somebody gives \(name) \(wanted) slots"
    case .full(let until):
      gate.remedy =
        wanted == 1 ? "a slot of \(name) comes free" : "\(wanted) slots of \(name) come free"
      gate.openTime = until
    }
    return gate
  }

  private static func ordinal(_ number: Int64) -> String {
    switch (number % 10, number % 100) {
    case (_, 11...13): "\(number)th"
    case (1, _): "\(number)st"
    case (2, _): "\(number)nd"
    case (3, _): "\(number)rd"
    default: "\(number)th"
    }
  }
}

extension LimitFact.Holder {
  /// How a gate names it.
  var reference: Gate.Reference {
    guard let runID else { return .holder(name, since: since) }
    return .run(runID, name: name, since: since)
  }
}

extension CacheFact {
  /// The gate that the key is.
  var gate: Gate {
    if isOwn {
      return Gate(.cache, .open, "it computes the value", subject: key)
    }
    return Gate(
      .cache, .closed, "another one computes the value", subject: key,
      remedy: "the value of \(key) is there, or the one who computes it is taken for dead",
      openTime: lapseTime, references: holder.map { [.run($0, name: "")] } ?? [])
  }
}

// Decides how the rules of a deployment's runs are read: our words, and those that Prefect has for its flows.

extension ManifestReader {
  /// The keys of a deployment that are read here.
  static let runPolicyKeys = [
    "retries", "retry_delay", "retry_delay_seconds", "retry_jitter", "retry_jitter_factor",
    "retry_mode", "retry_crashes", "run_limits", "loss", "run_labels",
  ]

  /// Reads how the runs of a deployment go.
  func runPolicy(
    _ value: ManifestValue, _ notes: inout ManifestNotes
  ) -> RunPolicyManifest {
    var policy = RunPolicyManifest()
    policy.retries = notes.integer(value.member("retries"), 0...1000)
    policy.delay = delay(value.member("retry_delay", "retry_delay_seconds"), &notes)
    policy.jitter = part(value.member("retry_jitter", "retry_jitter_factor"), &notes)
    policy.mode = notes.word(
      value.member("retry_mode"), [("IN_PROCESS", .inProcess), ("RESCHEDULE", .reschedule)])
    policy.retriesCrashes = notes.bool(value.member("retry_crashes"))
    policy.limits = notes.list(value.member("run_limits"))?.compactMap { limit($0, &notes) }
    policy.loss = loss(value.member("loss"), &notes)
    policy.labels = labels(value.member("run_labels"), &notes)
    return policy
  }

  /// One length, a list of them, or the first of a growing series.
  private func delay(
    _ value: ManifestValue?, _ notes: inout ManifestNotes
  ) -> RunPolicyManifest.Delay? {
    guard let value else { return nil }
    switch value.json {
    case .object:
      guard notes.object(value, ["first", "factor", "max"], called: "a growing delay") else {
        return nil
      }
      guard let first = notes.interval(value.member("first")) else {
        if value.member("first") == nil { notes.refuse(value.place, "has no first: give a length") }
        return nil
      }
      return .growing(
        first: first, factor: number(value.member("factor"), 1...100, &notes),
        most: notes.interval(value.member("max")))
    case .array: return .listed(value.elements.compactMap { length($0, &notes) })
    default: return length(value, &notes).map { .listed([$0]) }
    }
  }

  /// A length of time that may be zero.
  private func length(_ value: ManifestValue, _ notes: inout ManifestNotes) -> Interval? {
    value.json.description == "0" ? .zero : notes.interval(value)
  }

  private func part(_ value: ManifestValue?, _ notes: inout ManifestNotes) -> Double? {
    number(value, 0...1, &notes)
  }

  private func number(
    _ value: ManifestValue?, _ bounds: ClosedRange<Double>, _ notes: inout ManifestNotes
  ) -> Double? {
    guard let value else { return nil }
    guard case .number = value.json, let number = Double(value.json.description),
      bounds ~= number
    else {
      notes.refuse(
        value.place, "must be a number from \(Int(bounds.lowerBound)) to \(Int(bounds.upperBound))")
      return nil
    }
    return number
  }

  /// The name of a limit, or more of it.
  private func limit(_ value: ManifestValue, _ notes: inout ManifestNotes) -> SlotNeed? {
    guard case .object = value.json else {
      return notes.text(value).map { SlotNeed(.global, $0) }
    }
    let keys = ["name", "scope", "slots", "on_collision", "collision_strategy"]
    guard notes.object(value, keys, called: "a limit of runs") else { return nil }
    guard let name = notes.text(value.member("name")) else {
      if value.member("name") == nil { notes.refuse(value.place, "has no name: give it one") }
      return nil
    }
    let scope: LimitScope? = notes.word(
      value.member("scope"), LimitScope.allCases.map { ($0.description, $0) })
    let slots = notes.integer(value.member("slots"), 1...Int(Int32.max))
    let strategy: CollisionStrategy? = notes.word(
      value.member("on_collision", "collision_strategy"),
      [("ENQUEUE", .enqueue), ("CANCEL_NEW", .cancelNew)])
    return SlotNeed(
      scope ?? .global, name, slots: Int32(slots ?? 1), strategy: strategy ?? .enqueue)
  }

  /// A word, or one with a number.
  private func loss(_ value: ManifestValue?, _ notes: inout ManifestNotes) -> LossPolicy? {
    guard let value else { return nil }
    var most = LossPolicy.standardReruns
    var action: ManifestValue? = value
    if case .object = value.json {
      guard notes.object(value, ["action", "max_reruns"], called: "a loss policy") else {
        return nil
      }
      action = value.member("action")
      if action == nil { notes.refuse(value.place, "has no action: give CRASH, RERUN or WAIT") }
      if let count = notes.integer(value.member("max_reruns"), 1...1000) { most = Int32(count) }
    }
    return notes.word(
      action, [("CRASH", .crash), ("RERUN", .rerun(atMost: most)), ("WAIT", .wait)])
  }
}

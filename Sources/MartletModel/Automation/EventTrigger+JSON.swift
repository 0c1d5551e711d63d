// Decides how a trigger over events is written.

extension EventTrigger {
  /// Reads a trigger; what is not said has its default.
  init(_ json: JSON, _ field: String) throws(InvalidValue) {
    guard let word = try TriggerReader.text(json["posture"], "\(field).posture"),
      let posture = Posture(rawValue: word)
    else { throw InvalidValue("\(field).posture", "must be Reactive or Proactive") }
    self.init(posture)
    id = try TriggerReader.id(json["id"], "\(field).id")
    match = try Self.pattern(json["match"], "\(field).match")
    switch json["match_related"] {
    case .array(let patterns)?:
      guard patterns.count <= Trigger.widest else {
        throw InvalidValue("\(field).match_related", "has more than \(Trigger.widest) patterns")
      }
      for (index, pattern) in patterns.enumerated() {
        matchRelated.append(try Self.pattern(pattern, "\(field).match_related[\(index)]"))
      }
    case let pattern?:
      let only = try Self.pattern(pattern, "\(field).match_related")
      if !only.labels.isEmpty { matchRelated = [only] }
    case nil: break
    }
    after = Set(try TriggerReader.texts(json["after"], "\(field).after"))
    expect = Set(try TriggerReader.texts(json["expect"], "\(field).expect"))
    forEach = Array(Set(try TriggerReader.texts(json["for_each"], "\(field).for_each"))).sorted()
    if let threshold = json["threshold"], threshold != .null {
      self.threshold = try TriggerReader.integer(threshold, "\(field).threshold", 1...1_000_000)
    }
    if let within = try TriggerReader.interval(json["within"], "\(field).within") {
      self.within = within
    }
    guard posture == .proactive else { return }
    if within == .zero { within = Self.shortestAbsence }
    guard within >= Self.shortestAbsence else {
      throw InvalidValue("\(field).within", "of a Proactive trigger is at least 10 seconds")
    }
  }

  private static func pattern(
    _ json: JSON?, _ field: String
  ) throws(InvalidValue) -> ResourcePattern {
    guard let json, json != .null else { return ResourcePattern() }
    guard case .object(let members) = json, members.count <= 100 else {
      throw InvalidValue(field, "must be an object of at most 100 labels")
    }
    var pattern = ResourcePattern()
    for (name, value) in members.pairs {
      pattern.labels[name] = LabelPattern(try TriggerReader.texts(value, "\(field).\(name)"))
    }
    return pattern
  }

  /// The trigger with everything that it says.
  var json: JSON {
    .object([
      ("type", .text("event")), ("id", id.map { .text($0.text) }), ("match", match.json),
      (
        "match_related",
        matchRelated.count > 1
          ? .array(matchRelated.map(\.json)) : (matchRelated.first ?? ResourcePattern()).json
      ),
      ("after", .texts(after.sorted())), ("expect", .texts(expect.sorted())),
      ("for_each", .texts(forEach)), ("posture", .text(posture.rawValue)),
      ("threshold", .integer(threshold)), ("within", TriggerReader.json(within)),
    ])
  }
}

extension ResourcePattern {
  fileprivate var json: JSON {
    .object(
      labels.sorted { $0.key < $1.key }.map { label in
        let texts = label.value.texts
        return (label.key, texts.count == 1 ? .text(texts[0]) : .texts(texts))
      })
  }
}

// Decides how a tree is read without being trusted: each kind of value by one function that notes what is wrong and goes
// on, so that all mistakes of a file are told at once.

/// A value of a tree, and the way to it.
struct ManifestValue {
  let json: JSON
  let place: JSONPointer

  /// A member; nil when there is none or it is null, which files use for "nothing".
  func member(_ name: String) -> ManifestValue? {
    guard let value = json[name], value != .null else { return nil }
    return ManifestValue(json: value, place: place.appending(.name(JSONText(name))))
  }

  /// The first of some members that there is: spellings of one thing.
  func member(_ names: String...) -> ManifestValue? {
    names.lazy.compactMap { member($0) }.first
  }

  /// The elements of a list; none of anything else.
  var elements: [ManifestValue] {
    guard case .array(let values) = json else { return [] }
    return values.enumerated().map {
      ManifestValue(json: $1, place: place.appending(.index($0)))
    }
  }

  /// The names of the members of an object.
  var names: [String] {
    guard case .object(let members) = json else { return [] }
    return members.names.map(\.text)
  }
}

/// What was noticed while a tree was read.
struct ManifestNotes {
  private(set) var problems: [ManifestProblem] = []
  private(set) var warnings: [ManifestProblem] = []

  mutating func refuse(_ place: JSONPointer, _ text: String) {
    // What deployments share is read with each of them.
    let problem = ManifestProblem(place, text)
    if !problems.contains(problem) { problems.append(problem) }
  }

  mutating func warn(_ place: JSONPointer, _ text: String) {
    warnings.append(ManifestProblem(place, text))
  }

  mutating func add(_ problems: [ManifestProblem]) { self.problems += problems }

  /// Whether a value is an object with none but known keys; the rest is noted.
  mutating func object(_ value: ManifestValue, _ known: [String], called what: String) -> Bool {
    guard case .object = value.json else {
      refuse(value.place, "must be \(what), with keys and values")
      return false
    }
    for name in value.names where !known.contains(name) {
      let hint =
        known.nearest(to: name).map { "; did you mean \($0)?" }
        ?? ": known are \(known.joined(separator: ", "))"
      refuse(value.place.appending(.name(JSONText(name))), "is no key of \(what)\(hint)")
    }
    return true
  }

  /// The elements of a list; nil when it is none.
  mutating func list(_ value: ManifestValue?) -> [ManifestValue]? {
    guard let value else { return nil }
    guard case .array = value.json else {
      refuse(value.place, "must be a list")
      return nil
    }
    return value.elements
  }

  /// A text; numbers and truth values are taken as they are written.
  mutating func text(_ value: ManifestValue?) -> String? {
    guard let value else { return nil }
    switch value.json {
    case .string(let text) where !text.text.isEmpty: return text.text
    case .string: refuse(value.place, "is empty")
    case .number, .bool: return value.json.description
    default: refuse(value.place, "must be a text")
    }
    return nil
  }

  /// A truth value.
  mutating func bool(_ value: ManifestValue?) -> Bool? {
    guard let value else { return nil }
    guard case .bool(let bool) = value.json else {
      refuse(value.place, "must be true or false")
      return nil
    }
    return bool
  }

  /// A whole number within bounds.
  mutating func integer(_ value: ManifestValue?, _ bounds: ClosedRange<Int>) -> Int? {
    guard let value else { return nil }
    guard case .number(let number) = value.json, let integer = number.integer,
      bounds ~= integer
    else {
      let upTo = bounds.upperBound == .max ? "" : " and at most \(bounds.upperBound)"
      refuse(value.place, "must be a whole number of at least \(bounds.lowerBound)\(upTo)")
      return nil
    }
    return integer
  }

  /// A list of texts, or one of them alone.
  mutating func texts(_ value: ManifestValue?) -> [String]? {
    guard let value else { return nil }
    if case .array = value.json {
      var texts: [String] = []
      for element in value.elements { if let text = text(element) { texts.append(text) } }
      return texts
    }
    return text(value).map { [$0] }
  }

  /// An object whose members may be anything.
  mutating func members(_ value: ManifestValue?) -> JSONMembers? {
    guard let value else { return nil }
    guard case .object(let members) = value.json else {
      refuse(value.place, "must be keys and values")
      return nil
    }
    return members
  }

  /// One of a few words, in any case.
  mutating func word<T>(_ value: ManifestValue?, _ words: [(String, T)]) -> T? {
    guard let value, let text = text(value) else { return nil }
    if let found = words.first(where: { $0.0.lowercased() == text.lowercased() }) {
      return found.1
    }
    refuse(value.place, "is '\(text)': use \(words.map(\.0).joined(separator: ", "))")
    return nil
  }

  /// A time.
  mutating func instant(_ value: ManifestValue?) -> Instant? {
    guard let value, let text = text(value) else { return nil }
    // Prefect writes times without an offset, and means UTC.
    if let instant = Instant(rfc3339: text) ?? Instant(rfc3339: text + "Z") { return instant }
    refuse(value.place, "is no time: write 2026-03-29T02:30:00+01:00")
    return nil
  }

  /// A length of time: seconds, or `90s`, `1h30m`, `PT10M`.
  mutating func interval(_ value: ManifestValue?) -> Interval? {
    guard let value, let text = text(value) else { return nil }
    if let interval = Interval(duration: text) { return interval }
    refuse(value.place, "is no length of time: give seconds, or 90s, 10m, 1h30m, 1d")
    return nil
  }
}

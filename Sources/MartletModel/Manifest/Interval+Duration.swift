// Decides how lengths of time are written in manifests and on the command line.

extension Interval {
  /// Reads seconds (`600`, `0.5`), units (`90s`, `1h30m`, `1d`, `250ms`), ISO 8601 (`PT1H30M`, `P1D`), or Python's
  /// `0:10:00`. Nil for anything else, for zero, and for what does not fit.
  public init?(duration text: String) {
    var rest = Substring(text.lowercased())
    var total: Int64 = 0
    func add(_ number: Substring, _ unit: Int64) -> Bool {
      guard let value = Double(number), value.isFinite, value >= 0, value < 1e9 else {
        return false
      }
      let micros = (value * Double(unit)).rounded()
      guard micros < 9e18 else { return false }
      let (sum, overflow) = total.addingReportingOverflow(Int64(micros))
      total = sum
      return !overflow
    }
    let clock = rest.split(separator: ":", omittingEmptySubsequences: false)
    if clock.count == 3 {
      guard add(clock[0], 3_600_000_000), add(clock[1], 60_000_000), add(clock[2], 1_000_000) else {
        return nil
      }
      rest = ""
    } else if rest.hasPrefix("p") {
      rest.removeFirst()
      var isTime = false
      while !rest.isEmpty {
        if !isTime, rest.hasPrefix("t") {
          isTime = true
          rest.removeFirst()
          continue
        }
        let number = rest.prefix { $0.isNumber || $0 == "." }
        rest = rest.dropFirst(number.count)
        let units: [Character: Int64] =
          isTime
          ? ["h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000]
          : ["w": 604_800_000_000, "d": 86_400_000_000]
        guard let letter = rest.popFirst(), let unit = units[letter], add(number, unit) else {
          return nil
        }
      }
    } else if Double(rest) != nil {
      guard add(rest, 1_000_000) else { return nil }
    } else {
      let units: [(String, Int64)] = [
        ("ms", 1000), ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000),
        ("m", 60_000_000), ("s", 1_000_000),
      ]
      while !rest.isEmpty {
        let number = rest.prefix { $0.isNumber || $0 == "." }
        rest = rest.dropFirst(number.count)
        guard let (name, unit) = units.first(where: { rest.hasPrefix($0.0) }), add(number, unit)
        else { return nil }
        rest = rest.dropFirst(name.count)
      }
    }
    guard total > 0 else { return nil }
    self.init(microseconds: total)
  }

  /// The shortest text that reads as this length: `1h30m`.
  public var duration: String {
    guard microseconds > 0 else { return "0s" }
    var rest = microseconds
    var text = ""
    for (name, unit) in [
      ("d", 86_400_000_000 as Int64), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
      ("ms", 1000),
    ] where rest >= unit {
      text += "\(rest / unit)\(name)"
      rest %= unit
    }
    return text
  }
}

// Decides what a run is called when its maker did not say: two words for a flow, the task's name and
// three hexadecimal digits for a task, always the same for the same id.

/// Names for runs.
public enum RunName {
  /// The name of a run without one.
  ///
  /// It depends on the id alone, so that a repeated create makes the same name.
  public static func made(for id: RunID, of run: NewRun) -> String {
    let random = mixed(id.value.high ^ mixed(id.value.low))
    return switch run.kind {
    case .flow: twoWords(random: random)
    case .task: task(run.definition, random: random)
    }
  }

  /// An adjective and an animal: `crouching-kittiwake`.
  ///
  /// - Parameter random: 64 random bits.
  public static func twoWords(random: UInt64) -> String {
    let adjective = adjectives[Int((random >> 32) % UInt64(adjectives.count))]
    let animal = animals[Int((random & 0xFFFF_FFFF) % UInt64(animals.count))]
    return "\(adjective)-\(animal)"
  }

  /// The task's name and three hexadecimal digits: `get_number-3a9`.
  ///
  /// - Parameter random: 12 random bits are used.
  public static func task(_ definition: String, random: UInt64) -> String {
    var definition = definition.isEmpty ? "run" : definition
    return definition.withUTF8 { name in
      String(unsafeUninitializedCapacity: name.count + 4) { buffer in
        _ = buffer.update(fromContentsOf: name)
        buffer[name.count] = UInt8(ascii: "-")
        for place in 1...3 {
          let digit = UInt8(truncatingIfNeeded: random >> UInt64(12 - 4 * place) & 0xF)
          buffer[name.count + place] =
            digit < 10 ? digit &+ UInt8(ascii: "0") : digit &+ UInt8(ascii: "a") &- 10
        }
        return name.count + 4
      }
    }
  }

  /// SplitMix64's finalizer: every bit of the result depends on every bit given.
  private static func mixed(_ value: UInt64) -> UInt64 {
    var value = value &+ 0x9e37_79b9_7f4a_7c15
    value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
    return value ^ value >> 31
  }
}

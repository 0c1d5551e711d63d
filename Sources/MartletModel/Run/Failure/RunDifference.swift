// Decides what is worth saying about how a failed run differs from the last good one.

/// What of a run is compared with another run.
public struct RunProfile: Sendable, Equatable {
  /// The parameters.
  public var parameters: JSON
  /// The version of the definition.
  public var definitionVersion: String
  /// The tags.
  public var tags: [String]
  /// How long it ran.
  public var runningTime: Interval
  /// Who held it; nil when that is not known.
  public var host: String?
  /// How often it entered RUNNING.
  public var attempt: Int32

  /// The host in the name of a holder: clients say `host/pid` or `host:pid`.
  public static func host(ofHolder holder: String) -> String {
    guard let mark = holder.lastIndex(where: { $0 == "/" || $0 == ":" }) else { return holder }
    let rest = holder[mark...].dropFirst()
    let isProcess = !rest.isEmpty && rest.utf8.allSatisfy { (0x30...0x39).contains($0) }
    return isProcess ? String(holder[..<mark]) : holder
  }

  /// Makes a profile.
  public init(
    parameters: JSON = .object(JSONMembers()), definitionVersion: String = "", tags: [String] = [],
    runningTime: Interval = .zero, host: String? = nil, attempt: Int32 = 1
  ) {
    self.parameters = parameters
    self.definitionVersion = definitionVersion
    self.tags = tags
    self.runningTime = runningTime
    self.host = host
    self.attempt = attempt
  }
}

/// Something about a run that is not as it was in another one.
public struct RunDifference: Sendable, Equatable {
  /// What it is: `parameters/day`, `definition_version`, `tags`, `running_time`, `host`, `attempt`.
  public var subject: String
  /// What happened to it.
  public var change: Change
  /// With `running_time`: how much longer this run ran; negative when shorter.
  public var longer: Interval?

  /// What happened, with the values as JSON text.
  public enum Change: Sendable, Equatable {
    case added(String)
    case changed(from: String, to: String)
    case removed(String)
  }

  /// The most differences that are told.
  public static let limit = 100
  /// The longest value that is told whole, in characters.
  public static let valueLimit = 200

  init(_ subject: String, _ change: Change, longer: Interval? = nil) {
    self.subject = subject
    self.change = change
    self.longer = longer
  }
}

extension RunProfile {
  /// What differs from a good run, the likely causes first: parameters, version, host, attempt, tags, time.
  public func differences(from good: RunProfile) -> [RunDifference] {
    var found: [RunDifference] = []
    Self.compare(good.parameters, parameters, at: "parameters", &found)
    if definitionVersion != good.definitionVersion {
      found.append(
        RunDifference(
          "definition_version",
          Self.change(
            good.definitionVersion.isEmpty ? nil : .string(JSONText(good.definitionVersion)),
            definitionVersion.isEmpty ? nil : .string(JSONText(definitionVersion)))))
    }
    if let host, let before = good.host, host != before {
      found.append(
        RunDifference("host", Self.change(.string(JSONText(before)), .string(JSONText(host)))))
    }
    if attempt != good.attempt {
      found.append(
        RunDifference(
          "attempt",
          Self.change(
            .number(ExactNumber(Int(good.attempt))), .number(ExactNumber(Int(attempt))))))
    }
    let (mine, theirs) = (Set(tags.map { JSONText($0) }), Set(good.tags.map { JSONText($0) }))
    for tag in mine.subtracting(theirs).sorted() {
      found.append(RunDifference("tags", Self.change(nil, .string(tag))))
    }
    for tag in theirs.subtracting(mine).sorted() {
      found.append(RunDifference("tags", Self.change(.string(tag), nil)))
    }
    if let difference = timeDifference(from: good) { found.append(difference) }
    return Array(found.prefix(RunDifference.limit))
  }

  /// A running time that is another by more than a tenth and 100 ms.
  private func timeDifference(from good: RunProfile) -> RunDifference? {
    let longer = Interval(microseconds: runningTime.microseconds - good.runningTime.microseconds)
    let noise = max(100_000, good.runningTime.microseconds / 10)
    guard longer.magnitude.microseconds > noise else { return nil }
    return RunDifference(
      "running_time",
      .changed(from: Self.seconds(good.runningTime), to: Self.seconds(runningTime)), longer: longer)
  }

  /// Seconds as JSON, to the millisecond.
  private static func seconds(_ interval: Interval) -> String {
    let milliseconds = interval.microseconds / 1000
    return (ExactNumber("\(milliseconds)e-3") ?? ExactNumber(0)).description
  }

  /// Goes into objects on both sides; everything else differs as a whole.
  private static func compare(
    _ before: JSON?, _ after: JSON?, at subject: String, _ found: inout [RunDifference]
  ) {
    guard found.count < RunDifference.limit, before != after else { return }
    guard case .object(let old)? = before, case .object(let new)? = after else {
      found.append(RunDifference(subject, change(before, after)))
      return
    }
    let names = new.names + old.names.filter { new[$0] == nil }
    for name in names {
      compare(
        old[name], new[name], at: subject + "/" + JSONPointer.escaped(name.text), &found)
    }
  }

  private static func change(_ before: JSON?, _ after: JSON?) -> RunDifference.Change {
    let limit = RunDifference.valueLimit
    return switch (before, after) {
    case (nil, let after): .added(after?.excerpt(limit) ?? "null")
    case (let before?, nil): .removed(before.excerpt(limit))
    case (let before?, let after?):
      .changed(from: before.excerpt(limit), to: after.excerpt(limit))
    }
  }
}

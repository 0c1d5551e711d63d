// Decides how a mistake in a file is named: by the way to it, and by its line where that is known.

/// Something to say about a place in a manifest.
public struct ManifestProblem: Error, Sendable, Hashable, CustomStringConvertible {
  /// The place.
  public let place: JSONPointer
  /// The sentence, to be read after the place.
  public let text: String

  /// Names a place and what is to be said.
  public init(_ place: JSONPointer, _ text: String) {
    self.place = place
    self.text = text
  }

  /// The place and the sentence: `deployments[1].schedules[0].cron: minute 61 is above 59`.
  public var description: String {
    let path = place.dotted
    return path.isEmpty ? text : "\(path): \(text)"
  }
}

/// Why files are refused: everything that is wrong with them.
public struct ManifestError: Error, Sendable, Equatable, CustomStringConvertible {
  /// A sentence for each mistake.
  public let problems: [ManifestProblem]

  /// Refuses for these reasons.
  public init(_ problems: [ManifestProblem]) { self.problems = problems }

  /// The sentences, a line each.
  public var description: String { problems.map(\.description).joined(separator: "\n") }
}

extension JSONPointer {
  /// The way as people write it: `deployments[1].schedules[0].cron`.
  public var dotted: String {
    var text = ""
    for step in steps {
      switch step {
      case .name(let name): text += (text.isEmpty ? "" : ".") + name.text
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }

  /// The way one step further.
  func appending(_ step: Step) -> JSONPointer { JSONPointer(steps + [step]) }
}

// Decides the kinds of records that an export has, their names in the file, and the order in which they come: what others
// refer to is before them.

import ArgumentParser

/// What a line of an export holds; the name is the key of the line's only member.
enum RecordKind: String, CaseIterable {
  /// A `Flow`.
  case flow
  /// A `Pool`.
  case pool
  /// A `Queue`.
  case queue
  /// A `Limit`.
  case limit
  /// A `Variable`.
  case variable
  /// A `BlockType`.
  case blockType
  /// A `BlockSchema`.
  case blockSchema
  /// A `Block`.
  case block
  /// A `Deployment` with its schedules.
  case deployment
  /// A `Run` with all its `Transition`s.
  case history
  /// A result that is kept apart from the state, as a `GetResultResponse`.
  case result
  /// A `LogEntry`.
  case logEntry
  /// An `Artifact`.
  case artifact
  /// An `Event`.
  case event

  /// Whether it is what has happened, rather than what people set up.
  var isPast: Bool {
    switch self {
    case .history, .result, .logEntry, .artifact, .event: true
    default: false
    }
  }

  /// The part of an export that it belongs to.
  var section: RecordSection {
    switch self {
    case .flow: .flows
    case .pool, .queue: .pools
    case .limit: .limits
    case .variable: .variables
    case .blockType, .blockSchema, .block: .blocks
    case .deployment: .deployments
    case .history, .result: .runs
    case .logEntry: .logs
    case .artifact: .artifacts
    case .event: .events
    }
  }
}

/// A part of an export that can be asked for.
enum RecordSection: String, CaseIterable, ExpressibleByArgument {
  case flows, pools, limits, variables, blocks, deployments, runs, logs, artifacts, events

  /// Reads a list such as `flows,pools`.
  ///
  /// - Throws: `ValidationError`, which names the word that is none.
  static func list(_ text: String) throws -> Set<RecordSection> {
    var sections: Set<RecordSection> = []
    for word in text.split(separator: ",") {
      guard let section = RecordSection(rawValue: String(word)) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--only: \"\(word)\" is none of \(known)")
      }
      sections.insert(section)
    }
    if sections.isEmpty { throw ValidationError("--only names nothing") }
    return sections
  }
}

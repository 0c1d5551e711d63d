// Decides what becomes of each record of an export on another server: made if it is not there, left if it is the same,
// and told of, or replaced when that was asked for, if it is another.

import Martlet
import MartletCall
import MartletProto
import MartletWire

/// One pass over an export.
final class RecordImport {
  /// What became of a record.
  enum Outcome: String, CaseIterable {
    /// The server has it as the file says; perhaps it had it before.
    case there = "there now"
    /// The server had another, which it no longer has.
    case replaced
    /// The server has another of that name.
    case different
    /// The server does not take it.
    case refused
    /// This program does not take it in.
    case leftOut = "left out"
    /// A run that goes on where it is, and what belongs to it.
    case unfinished = "not finished"
  }

  let connection: Connection
  let overwrites: Bool
  let activatesSchedules: Bool
  let hasSecrets: Bool
  let sections: Set<RecordSection>
  /// Types and schemas of blocks by their ids in the file: the server may have them by others.
  var types: [String: String] = [:]
  var schemas: [String: String] = [:]
  /// Deployments by their ids in the file.
  var deployments: [String: String] = [:]
  /// Pools that may be new, with the queue that the server makes with each.
  var pools: Set<String> = []
  private var waiting: [Block] = []
  private let past: PastImport
  private(set) var counts: [String: [Outcome: Int]] = [:]

  var client: Client { connection.client }
  var namespace: String { connection.namespace }

  init(
    connection: Connection, overwrites: Bool, activatesSchedules: Bool, hasSecrets: Bool,
    sections: Set<RecordSection> = Set(RecordSection.allCases)
  ) {
    self.connection = connection
    self.overwrites = overwrites
    self.activatesSchedules = activatesSchedules
    self.hasSecrets = hasSecrets
    self.sections = sections
    past = PastImport(connection)
  }

  /// Whether every record that is taken in is there as the file says.
  var isGood: Bool {
    counts.values.allSatisfy { $0[.different] == nil && $0[.refused] == nil }
  }

  /// Takes in a line of an export.
  ///
  /// - Throws: `Status` when the server does not answer, or the caller may not.
  func take(_ line: RecordReader.Record) async throws {
    guard let kind = RecordKind(rawValue: line.key) else { return count(line.key, .leftOut) }
    let place = "line \(line.line)"
    let content: RecordContent
    do {
      content = try RecordContent(kind, json: line.body)
    } catch {
      return tell(.refused, of: kind, at: place, "\(error)")
    }
    try await take(ImportRecord(content: content, place: place, size: line.body.count))
  }

  /// Takes a record in. What others refer to comes before them, as in an export.
  ///
  /// - Throws: `Status` when the server does not answer, or the caller may not.
  func take(_ record: ImportRecord) async throws {
    let kind = record.content.kind
    guard sections.contains(kind.section), kind != .block || hasSecrets else {
      if case .deployment(let deployment) = record.content { try await find(deployment) }
      return count(kind, .leftOut)
    }
    if kind.isPast { return count(try await past.take(moved(record))) }
    do {
      if case .block(let block) = record.content {
        try await take(block)
      } else {
        count(kind, try await settle(record.content))
      }
    } catch let status as Status where status.isAboutTheRecord {
      tell(
        status.code == .alreadyExists ? .different : .refused, of: kind, at: record.place,
        status.message)
    } catch let error as WireError {
      tell(.refused, of: kind, at: record.place, "\(error)")
    }
  }

  /// Takes in what waits for other records, and waits for all that is on its way.
  ///
  /// - Throws: `Status` when the server does not answer, or the caller may not.
  func finish() async throws {
    count(try await past.finish())
    var isMoving = true
    while isMoving, !waiting.isEmpty {
      let blocks = waiting
      waiting = []
      for block in blocks { try await take(block) }
      isMoving = waiting.count < blocks.count
    }
    for block in waiting {
      complain("martlet: block \(block.name): a block that it refers to is not there")
      count(.block, .refused)
    }
    waiting = []
  }

  private func take(_ block: Block) async throws {
    do {
      count(.block, try await settle(block))
    } catch let status as Status where status.code == .notFound && !block.references.isEmpty {
      waiting.append(block)
    } catch let status as Status where status.isAboutTheRecord {
      tell(
        status.code == .alreadyExists ? .different : .refused, of: .block,
        at: "\(block.blockTypeSlug)/\(block.name)", status.message)
    }
  }

  /// Makes something; what is there and another is replaced, if that was asked for.
  func settle(
    _ make: () async throws -> Void, orReplace replace: () async throws -> Void,
    always: Bool = false
  ) async throws -> Outcome {
    do {
      try await make()
      return .there
    } catch let status as Status where status.code == .alreadyExists && (overwrites || always) {
      try await replace()
      return always ? .there : .replaced
    }
  }

  /// A record that names what the server has by other ids than the file.
  private func moved(_ record: ImportRecord) -> ImportRecord {
    guard case .history(var history) = record.content,
      let deployment = history.run.flatMap({ deployments[$0.deploymentID] })
    else { return record }
    history.run?.deploymentID = deployment
    return ImportRecord(content: .history(history), place: record.place, size: record.size)
  }

  private func count(_ fates: [PastImport.Fate]) {
    for fate in fates {
      guard let why = fate.why else {
        count(fate.kind, fate.outcome)
        continue
      }
      tell(fate.outcome, of: fate.kind, at: fate.place, why)
    }
  }

  /// Counts a record that is not there as it says, and tells why.
  func tell(_ outcome: Outcome, of kind: RecordKind, at place: String, _ why: String) {
    complain("martlet: \(place), \(kind.rawValue): \(why)")
    count(kind, outcome)
  }

  func count(_ kind: RecordKind, _ outcome: Outcome) { count(kind.rawValue, outcome) }

  private func count(_ key: String, _ outcome: Outcome) {
    counts[key, default: [:]][outcome, default: 0] += 1
  }
}

extension Status {
  /// Whether the next record may fare better.
  var isAboutTheRecord: Bool {
    switch code {
    case .alreadyExists, .invalidArgument, .notFound, .failedPrecondition, .outOfRange: true
    default: false
    }
  }
}

// Decides what a record that is taken in holds, by its kind, wherever it was read.

import MartletProto
import MartletWire

/// A record, read: a message of the contract.
enum RecordContent: Sendable {
  /// What people set up.
  case flow(Flow)
  case pool(Pool)
  case queue(Queue)
  case limit(Limit)
  case variable(Variable)
  case blockType(BlockType)
  case blockSchema(BlockSchema)
  case block(Block)
  case deployment(Deployment)
  /// What has happened.
  case history(RunHistory)
  case result(GetResultResponse)
  case logEntry(LogEntry)
  case artifact(Artifact)
  case event(Event)

  /// Its kind.
  var kind: RecordKind {
    switch self {
    case .flow: .flow
    case .pool: .pool
    case .queue: .queue
    case .limit: .limit
    case .variable: .variable
    case .blockType: .blockType
    case .blockSchema: .blockSchema
    case .block: .block
    case .deployment: .deployment
    case .history: .history
    case .result: .result
    case .logEntry: .logEntry
    case .artifact: .artifact
    case .event: .event
    }
  }

  /// Reads what stands in a line of an export.
  ///
  /// - Throws: `WireError`, which names the field.
  init(_ kind: RecordKind, json: [UInt8]) throws(WireError) {
    var options = JSONOptions.standard
    options.limits.size = max(options.limits.size, json.count)
    switch kind {
    case .flow: self = .flow(try Flow(json: json, options: options))
    case .pool: self = .pool(try Pool(json: json, options: options))
    case .queue: self = .queue(try Queue(json: json, options: options))
    case .limit: self = .limit(try Limit(json: json, options: options))
    case .variable: self = .variable(try Variable(json: json, options: options))
    case .blockType: self = .blockType(try BlockType(json: json, options: options))
    case .blockSchema: self = .blockSchema(try BlockSchema(json: json, options: options))
    case .block: self = .block(try Block(json: json, options: options))
    case .deployment: self = .deployment(try Deployment(json: json, options: options))
    case .history: self = .history(try RunHistory(json: json, options: options))
    case .result: self = .result(try GetResultResponse(json: json, options: options))
    case .logEntry: self = .logEntry(try LogEntry(json: json, options: options))
    case .artifact: self = .artifact(try Artifact(json: json, options: options))
    case .event: self = .event(try Event(json: json, options: options))
    }
  }
}

/// A record on its way in.
struct ImportRecord: Sendable {
  /// What it says.
  var content: RecordContent
  /// Where it was read, for people, such as `line 7`.
  var place: String
  /// About how many bytes it has; nil when nobody counted.
  var size: Int?
}

// Decides when two servers have the same past: what each has of it comes to one number, whatever the order in which it is
// read and whatever is a server's own.

import MartletModel
import MartletProto
import MartletWire

/// Where the records of an export go.
protocol RecordSink: AnyObject {
  /// Takes a record as JSON.
  func write(_ kind: RecordKind, json: String) throws
}

extension RecordSink {
  /// Takes a record.
  func write(_ kind: RecordKind, _ message: some Message) throws {
    try write(kind, json: message.jsonText())
  }
}

/// How many records of each kind there are, and of what has happened the sum of their digests.
///
/// Runs that have not ended are no part of it, nor is what belongs to them: they come in nowhere.
final class RecordDigest: RecordSink {
  /// What there is of a kind.
  struct Sum {
    /// How many records.
    fileprivate(set) var count = 0
    /// The sum of the SHA-256 of each, as a number of 256 bits, the lowest 64 first.
    private var words: [UInt64] = [0, 0, 0, 0]

    /// The sum in 64 hexadecimal digits.
    var text: String {
      words.reversed().map { word in
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
      }.joined()
    }

    fileprivate mutating func add(_ json: String) {
      var hash = SHA256()
      hash.add(json.utf8)
      let bytes = hash.digest
      var carry: UInt64 = 0
      for index in words.indices {
        let start = 24 - index * 8
        let word = bytes[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let (first, overflow) = words[index].addingReportingOverflow(word)
        let (sum, more) = first.addingReportingOverflow(carry)
        words[index] = sum
        carry = (overflow ? 1 : 0) + (more ? 1 : 0)
      }
    }
  }

  /// What there is, by kind.
  private(set) var sums: [RecordKind: Sum] = [:]
  private var unfinished: Set<String> = []

  func write(_ kind: RecordKind, json: String) throws {
    guard kind.isPast else {
      sums[kind, default: Sum()].count += 1
      return
    }
    guard let canonical = try canonical(RecordContent(kind, json: Array(json.utf8))) else { return }
    sums[kind, default: Sum()].count += 1
    sums[kind, default: Sum()].add(try canonical.jsonText())
  }

  /// A record without what is a server's own; nil for what goes on.
  private func canonical(_ content: RecordContent) throws -> (any Message)? {
    switch content {
    case .history(var history):
      guard let type = history.run?.state?.type, Self.ends.contains(type) else {
        unfinished.insert(history.run?.id ?? "")
        return nil
      }
      history.run?.namespace = ""
      history.run?.etag = ""
      history.run?.sessionID = ""
      history.run?.importedBy = ""
      history.run?.deploymentID = ""
      return history
    case .result(let result): return unfinished.contains(result.runID) ? nil : result
    case .logEntry(let entry): return unfinished.contains(entry.runID) ? nil : entry
    case .artifact(var artifact):
      artifact.namespace = ""
      return artifact
    case .event(var event):
      event.namespace = ""
      return event
    default: return nil
    }
  }

  private static let ends: Set<MartletProto.StateType> = [
    .completed, .failed, .cancelled, .crashed,
  ]
}

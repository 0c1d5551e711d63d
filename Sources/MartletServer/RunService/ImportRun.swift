// Decides how a run that ended elsewhere comes in whose history is longer than a message: in parts, of which nothing is there
// before the last has come.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore
internal import MartletWire

extension RunHandlers {
  func importRun(_ requests: MessageStream<ImportRunRequest>, context: CallContext) async throws
    -> ImportRunResponse
  {
    try await answering {
      guard let first = try await requests.next() else {
        throw InvalidValue("history", "is required")
      }
      let namespace = try backend.namespace(first.namespace, context)
      var parts = HistoryParts()
      try parts.add(first.history)
      while let next = try await requests.next() { try parts.add(next.history) }
      let history = parts.whole
      let actor = context.principal.name
      let run = try await offLoop {
        try Self.run(of: history, in: namespace, actor: actor, now: .wallClock)
      }
      let answer = try await backend.store.importRuns(
        [run], in: namespace, deadline: context.deadline)[0]
      if let status = Self.status(answer, "\(run.id)") { throw status }
      return ImportRunResponse(duplicate: answer == .unchanged)
    }
  }
}

/// A history on its way in.
private struct HistoryParts {
  /// The most transitions of a run.
  private static let mostTransitions = 100_000
  /// The most bytes of all parts.
  private static let mostBytes = 64 << 20

  private(set) var whole = MartletProto.RunHistory()
  private var bytes = 0

  /// Adds a part: the run with the first, more transitions with every one.
  mutating func add(_ part: MartletProto.RunHistory?) throws {
    guard let part else { throw InvalidValue("history", "is required") }
    let isFirst = bytes == 0
    guard isFirst == (part.run != nil) else {
      throw InvalidValue(
        "history.run", isFirst ? "is required in the first message" : "is in the first message only"
      )
    }
    bytes += part.withEncodedBytes(\.count)
    guard bytes <= Self.mostBytes,
      whole.transitions.count + part.transitions.count <= Self.mostTransitions
    else {
      throw Status(
        .resourceExhausted,
        "the history has more than \(Self.mostTransitions) transitions or \(Self.mostBytes) bytes")
    }
    if isFirst { whole = part } else { whole.transitions += part.transitions }
  }
}

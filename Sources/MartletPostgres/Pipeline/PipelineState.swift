// Decides which result belongs to which ticket: the queue of what is on its way, without any I/O.

/// What the connection awaits from the server, in order, and what has come.
struct PipelineState {
  /// Something the server answers.
  enum Expected: Equatable {
    /// A Parse of the statement with this name.
    case prepare(name: String)
    /// The statement of the ticket with this ordinal.
    case statement(ordinal: Int)
    /// A Sync.
    case sync
  }

  /// The result of one ticket.
  enum Slot {
    case awaited
    case result(OpaquePointer)
    /// Index into `failures`.
    case failed(Int)
    case taken
  }

  /// Counts the closures that used the pipeline; a ticket of another one is refused.
  var scope: UInt64 = 0
  /// True while a closure uses the pipeline.
  var isOpen = false
  /// What is on its way, first to come first.
  private(set) var expected: [Expected] = []
  private var head = 0
  /// One slot for each ticket of this scope.
  var slots: [Slot] = []
  /// Names for error messages, one for each slot.
  var names: [String] = []
  /// Root failures and whether the caller has seen them.
  var failures: [(error: PostgresError, seen: Bool)] = []
  /// The failure that makes the server skip the rest of the current segment.
  var segmentFailure: Int?
  /// True if something was sent since the last Sync.
  private(set) var needsSync = false
  /// Tickets with a lower ordinal have a Sync behind them.
  private(set) var syncedOrdinal = 0
  /// How many Syncs are on their way.
  private var syncsAwaited = 0
  /// True between the sending of BEGIN and that of COMMIT or ROLLBACK.
  var isInTransaction = false
  /// The ticket of a COMMIT that was sent, until its result has come.
  var commitOrdinal: Int?

  var isIdle: Bool { head == expected.count }

  var next: Expected? { isIdle ? nil : expected[head] }

  mutating func expect(_ item: Expected) {
    expected.append(item)
    needsSync = item != .sync
    guard item == .sync else { return }
    syncedOrdinal = slots.count
    syncsAwaited += 1
  }

  /// True if a commit, by COMMIT or by the Sync that ends an implicit transaction, is on its way.
  var mayCommit: Bool { commitOrdinal != nil || (!isInTransaction && syncsAwaited > 0) }

  mutating func advance() {
    if expected[head] == .sync { syncsAwaited -= 1 }
    head += 1
    if head == expected.count {
      expected.removeAll(keepingCapacity: true)
      head = 0
    }
  }

  mutating func newSlot(_ name: String) -> Int {
    slots.append(.awaited)
    names.append(name)
    return slots.count - 1
  }

  /// Marks a failure as the root of the current segment's and returns its index.
  mutating func fail(_ error: PostgresError) -> Int {
    failures.append((error, false))
    segmentFailure = failures.count - 1
    return failures.count - 1
  }

  /// Forgets the scope's tickets, and returns the results that nobody took.
  mutating func closeScope() -> [OpaquePointer] {
    let untaken = slots.compactMap { slot in
      if case .result(let result) = slot { return result }
      return nil as OpaquePointer?
    }
    slots.removeAll(keepingCapacity: true)
    names.removeAll(keepingCapacity: true)
    failures.removeAll(keepingCapacity: true)
    segmentFailure = nil
    commitOrdinal = nil
    syncedOrdinal = 0
    isInTransaction = false
    isOpen = false
    return untaken
  }
}

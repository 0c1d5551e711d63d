// Decides what a batch knows of the slots that its runs need: which need any, and what the limits said of them.

/// A limit of the scope TAG.
public struct TagLimit: Sendable, Hashable {
  /// The namespace.
  public var namespace: Namespace
  /// The tag.
  public var tag: String

  /// Names one.
  public init(_ namespace: Namespace, _ tag: String) {
    self.namespace = namespace
    self.tag = tag
  }
}

/// A limit that has no room for a run, and where the run stands in its line.
public struct SlotLine: Sendable, Hashable {
  /// The lease that it waits for.
  public var lease: LeaseID
  /// The scope of the limit.
  public var scope: LimitScope
  /// Its name.
  public var name: String
  /// How many slots it has.
  public var slots: Int32
  /// How many of them are taken.
  public var taken: Int64
  /// The place in the line, 1 first; of several lines the longest counts.
  public var place: Int64

  /// Stands in line.
  public init(
    lease: LeaseID, scope: LimitScope, name: String, slots: Int32, taken: Int64, place: Int64
  ) {
    self.lease = lease
    self.scope = scope
    self.name = name
    self.slots = slots
    self.taken = taken
    self.place = place
  }

  /// How long the run may wait before it asks again: longer far behind, always shorter than its place is kept.
  public var pause: Interval {
    Interval(microseconds: min(5_000_000, 500_000 + place * 50_000))
  }
}

/// What the limits said to a run that would start.
public enum SlotStanding: Sendable, Hashable {
  /// It has what it needs: by this lease, or without one where none of the limits is there.
  case ready(LeaseID?)
  /// It stands in line.
  case full(SlotLine)
  /// The limit is full and does not let it stand in line.
  case refused
  /// The limit has no slots, or fewer than it needs.
  case closed

  /// The answer to the state machine's question.
  var answer: Guard {
    switch self {
    case .ready: .slotsReady
    case .full: .slotsFull
    case .refused: .slotsRefused
    case .closed: .slotsClosed
    }
  }
}

/// What is asked of the limits for one run.
public struct RunSlotRequest: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its namespace.
  public var namespace: Namespace
  /// The epoch of the report.
  public var epoch: Int64
  /// Who reports.
  public var actor: String
  /// What it needs.
  public var needs: [SlotNeed]
}

/// What is known of limits when a batch is decided.
public struct SlotGate: Sendable, Equatable {
  /// Every limit of the scope TAG; nil when they are not known: then any tag may have one.
  public var tagLimits: Set<TagLimit>?
  /// What the limits said of runs; of others they are to be asked.
  public var standings: [RunID: SlotStanding]

  /// Nothing is known.
  public init(tagLimits: Set<TagLimit>? = nil, standings: [RunID: SlotStanding] = [:]) {
    self.tagLimits = tagLimits
    self.standings = standings
  }

  /// Whether a run must have slots before it is RUNNING, and has none yet.
  func concerns(_ run: RunSnapshot) -> Bool {
    guard !run.isPlain, run.policy.needsSlots, run.isUntallied || !run.tally.holdsSlots else {
      return false
    }
    guard run.policy.limits.isEmpty, let tagLimits else { return true }
    return run.policy.tags.contains { tagLimits.contains(TagLimit(run.namespace, $0)) }
  }
}

extension RunSnapshot {
  /// Whether it keeps its slots in the state it is in: while its code goes on, or its process waits in the midst of it.
  var keepsSlots: Bool {
    switch stateType {
    case .running, .cancelling: true
    case .paused, .scheduled: executionID != nil && !isUntallied && tally.isMidway
    case .pending, .completed, .failed, .cancelled, .crashed: false
    }
  }
}

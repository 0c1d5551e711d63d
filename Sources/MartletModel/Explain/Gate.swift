// Decides what a gate is: one thing between a run and its next step, how it stands, and what would move it.

/// One thing that a run must pass, or that bounds it.
public struct Gate: Sendable, Equatable {
  /// What sort of thing it is.
  ///
  /// The numbers are those of the protobuf enum: never change or reuse one.
  public enum Kind: Int16, Sendable, Hashable, CaseIterable {
    /// The time before which it does not start.
    case dueTime = 1
    /// The enclosing run.
    case parent = 2
    /// The delay before the next attempt, and the attempts that are left.
    case retry = 3
    /// Slots of a limit.
    case limit = 4
    /// The value of a cache key, which one at a time computes.
    case cache = 5
    /// A wait for somebody to resume it.
    case pause = 6
    /// Who has it, and whether that one lives.
    case owner = 7
    /// The bound within which it stops.
    case cancellation = 8
    /// The time after which it is ended.
    case timeout = 9
    /// It has ended.
    case end = 10
  }

  /// How it stands.
  ///
  /// The numbers are those of the protobuf enum: never change or reuse one.
  public enum Standing: Int16, Sendable, Hashable, CaseIterable {
    /// The run passes.
    case open = 1
    /// The run waits here.
    case closed = 2
    /// Nobody here can tell.
    case unknown = 3
  }

  /// What it is about.
  public enum Reference: Sendable, Equatable {
    /// A run; with its name where that says more, and since when it holds slots.
    case run(RunID, name: String, since: Instant? = nil)
    /// A limit by id and name.
    case limit(LimitID, name: String)
    /// A session and who holds it.
    case session(SessionID, holder: String)
    /// Somebody who holds slots and named no run, and since when.
    case holder(String, since: Instant? = nil)
  }

  /// What sort of thing it is.
  public var kind: Kind
  /// How it stands.
  public var standing: Standing
  /// Which one of its kind, such as the name of the limit; empty where there is only one.
  public var subject: String
  /// How it stands, a sentence without its full stop.
  public var summary: String
  /// What would let the run pass, as it goes on after "when"; empty when it passes.
  public var remedy: String
  /// When it opens by itself.
  public var openTime: Instant?
  /// When the run ends by it unless something happens before.
  public var endTime: Instant?
  /// What it is about; of many the first.
  public var references: [Reference]

  /// Puts a gate together.
  init(
    _ kind: Kind, _ standing: Standing, _ summary: String, subject: String = "",
    remedy: String = "", openTime: Instant? = nil, endTime: Instant? = nil,
    references: [Reference] = []
  ) {
    self.kind = kind
    self.standing = standing
    self.subject = subject
    self.summary = summary
    self.remedy = remedy
    self.openTime = openTime
    self.endTime = endTime
    self.references = references
  }
}

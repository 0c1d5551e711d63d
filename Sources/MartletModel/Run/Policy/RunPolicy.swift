// Decides which rules a run brings along for itself.

/// What a run was created with that its transitions depend on; an operator may change how it is tried again.
public struct RunPolicy: Sendable, Equatable {
  /// How it is tried again; nil for not at all.
  public var retry: RetryPolicy?
  /// How long it may be RUNNING at a time; nil for ever.
  public var timeout: Interval?
  /// What becomes of it when its owner is lost.
  public var loss: LossPolicy
  /// Slots that it names.
  public var limits: [SlotNeed]
  /// Its tags: each may have a limit.
  public var tags: [String]
  /// Whether it is a run of a deployment, so that it has a row among what workers take.
  public var isPlaced: Bool
  /// How often it was changed: whoever remembers a run remembers which of its policies.
  public var edition: Int32

  /// Makes a policy; the plain one is that of a run that asks for nothing.
  public init(
    retry: RetryPolicy? = nil, timeout: Interval? = nil, loss: LossPolicy = .crash,
    limits: [SlotNeed] = [], tags: [String] = [], isPlaced: Bool = false, edition: Int32 = 0
  ) {
    self.retry = retry
    self.timeout = timeout
    self.loss = loss
    self.limits = limits
    self.tags = tags
    self.isPlaced = isPlaced
    self.edition = edition
  }

  /// The policy of a run that asks for nothing.
  public static let plain = RunPolicy()
}

/// The waits that are the same for all runs.
public struct TransitionTiming: Sendable, Equatable {
  /// How long after its due time a run that still waits is called Late.
  public var lateAfter: Interval
  /// How long after a run's timeout the server makes it TimedOut, so that a living owner's own report
  /// comes first.
  public var timeoutGrace: Interval
  /// How long the owner of a paused run waits before it asks again.
  public var pausePoll: Interval

  /// Makes a timing.
  public init(
    lateAfter: Interval = .seconds(15), timeoutGrace: Interval = .seconds(5),
    pausePoll: Interval = .seconds(2)
  ) {
    self.lateAfter = lateAfter
    self.timeoutGrace = timeoutGrace
    self.pausePoll = pausePoll
  }

  /// The defaults.
  public static let standard = TransitionTiming()
}

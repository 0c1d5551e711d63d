// Decides which events the state machine knows.

/// What may happen to a run, without its data: the columns of the state machine.
public enum EventKind: UInt8, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// A run begins, unowned.
  case create
  /// A run begins, already taken by the execution that reports it.
  case createClaimed
  /// A report proposes SCHEDULED.
  case proposeScheduled
  /// A report proposes PENDING: a claim, or a new name for what is PENDING.
  case proposePending
  /// A report proposes RUNNING: the user's code is about to start.
  case proposeRunning
  /// A report proposes PAUSED.
  case proposePaused
  /// A report proposes CANCELLING.
  case proposeCancelling
  /// A report proposes COMPLETED.
  case proposeCompleted
  /// A report proposes FAILED.
  case proposeFailed
  /// A report proposes CANCELLED.
  case proposeCancelled
  /// A report proposes CRASHED.
  case proposeCrashed
  /// Someone else asks the run to stop.
  case cancel
  /// The lease of a session lapsed.
  case sessionLapsed
  /// A due time was reached.
  case dueTimePassed
  /// The dispatcher offers the run to a worker.
  case offer
  /// An offer lapsed or was declined.
  case withdrawOffer
  /// An operator asks the run to pause.
  case pause
  /// Someone ends its pause.
  case resume
  /// An operator has it tried again.
  case retry
  /// An operator gives it a state.
  case setState
  /// Its deployment has no room for it.
  case hold
  /// A report tells what has become of the run already.
  case tell
  /// An operator says when it is to start, again or after all.
  case reschedule

  /// The proposal of a state of a type.
  public init(proposing type: StateType) {
    switch type {
    case .scheduled: self = .proposeScheduled
    case .pending: self = .proposePending
    case .running: self = .proposeRunning
    case .paused: self = .proposePaused
    case .cancelling: self = .proposeCancelling
    case .completed: self = .proposeCompleted
    case .failed: self = .proposeFailed
    case .cancelled: self = .proposeCancelled
    case .crashed: self = .proposeCrashed
    }
  }

  /// The stable name, served and printed: `propose RUNNING`, `session lapsed`.
  public var description: String {
    switch self {
    case .create: "create"
    case .createClaimed: "create claimed"
    case .proposeScheduled: "propose SCHEDULED"
    case .proposePending: "propose PENDING"
    case .proposeRunning: "propose RUNNING"
    case .proposePaused: "propose PAUSED"
    case .proposeCancelling: "propose CANCELLING"
    case .proposeCompleted: "propose COMPLETED"
    case .proposeFailed: "propose FAILED"
    case .proposeCancelled: "propose CANCELLED"
    case .proposeCrashed: "propose CRASHED"
    case .cancel: "cancel"
    case .sessionLapsed: "session lapsed"
    case .dueTimePassed: "due time passed"
    case .offer: "offer"
    case .withdrawOffer: "withdraw offer"
    case .pause: "pause"
    case .resume: "resume"
    case .retry: "retry"
    case .setState: "set state"
    case .hold: "hold"
    case .tell: "tell"
    case .reschedule: "reschedule"
    }
  }
}

/// A set of events.
public struct EventSet: OptionSet, Sendable, Hashable {
  /// Bit n is the event with number n.
  public let rawValue: UInt32

  /// Takes the bits.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The set of one event.
  public init(_ kind: EventKind) { rawValue = 1 << UInt32(kind.rawValue) }

  /// Whether the event is a member.
  public func contains(_ kind: EventKind) -> Bool { rawValue & EventSet(kind).rawValue != 0 }

  /// A run begins, unowned.
  public static let create = EventSet(.create)
  /// A run begins, taken.
  public static let createClaimed = EventSet(.createClaimed)
  /// Proposes SCHEDULED.
  public static let proposeScheduled = EventSet(.proposeScheduled)
  /// Proposes PENDING.
  public static let proposePending = EventSet(.proposePending)
  /// Proposes RUNNING.
  public static let proposeRunning = EventSet(.proposeRunning)
  /// Proposes PAUSED.
  public static let proposePaused = EventSet(.proposePaused)
  /// Proposes CANCELLING.
  public static let proposeCancelling = EventSet(.proposeCancelling)
  /// Proposes COMPLETED.
  public static let proposeCompleted = EventSet(.proposeCompleted)
  /// Proposes FAILED.
  public static let proposeFailed = EventSet(.proposeFailed)
  /// Proposes CANCELLED.
  public static let proposeCancelled = EventSet(.proposeCancelled)
  /// Proposes CRASHED.
  public static let proposeCrashed = EventSet(.proposeCrashed)
  /// Someone else asks the run to stop.
  public static let cancel = EventSet(.cancel)
  /// The lease of a session lapsed.
  public static let sessionLapsed = EventSet(.sessionLapsed)
  /// A due time was reached.
  public static let dueTimePassed = EventSet(.dueTimePassed)
  /// Offered to a worker.
  public static let offer = EventSet(.offer)
  /// The offer is withdrawn.
  public static let withdrawOffer = EventSet(.withdrawOffer)
  /// An operator asks it to pause.
  public static let pause = EventSet(.pause)
  /// Its pause ends.
  public static let resume = EventSet(.resume)
  /// An operator has it tried again.
  public static let retry = EventSet(.retry)
  /// An operator gives it a state.
  public static let setState = EventSet(.setState)
  /// Its deployment has no room for it.
  public static let hold = EventSet(.hold)
  /// Told what has become of it.
  public static let tell = EventSet(.tell)

  /// Said when it is to start.
  public static let reschedule = EventSet(.reschedule)

  /// Both creates.
  public static let creates: EventSet = [.create, .createClaimed]
  /// All nine proposals.
  public static let proposals = EventSet(rawValue: 0b111_1111_1100)
  /// The proposals that take an unowned run.
  public static let claims: EventSet = [.proposePending, .proposeRunning]
  /// The proposals of an end.
  public static let ends: EventSet = [
    .proposeCompleted, .proposeFailed, .proposeCancelled, .proposeCrashed,
  ]
  /// The proposals that a retry may replace.
  public static let failures: EventSet = [.proposeFailed, .proposeCrashed]
  /// The events that come from others than the run's owner.
  public static let fromOthers: EventSet = [
    .cancel, .sessionLapsed, .dueTimePassed, .offer, .withdrawOffer, .pause, .resume, .retry,
    .setState, .hold, .reschedule,
  ]
}

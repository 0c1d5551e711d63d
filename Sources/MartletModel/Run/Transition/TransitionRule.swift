// Decides the shape of a row of the state machine.

/// A named row of the state machine: from these states, on these events, when these answers hold.
public struct TransitionRule: Sendable, Equatable {
  /// The stable name, kept in the history: `RUNNING/end`.
  public let id: String
  /// The states it applies in.
  public let from: StateSet
  /// The events it applies to.
  public let events: EventSet
  /// The answers it asks for; several answers to one question mean any of them.
  public let guards: [Guard]
  /// What it decides.
  public let ruling: Ruling
  /// The state it leads to.
  public let target: Target
  /// What changes beside the state.
  public let effects: EffectSet

  /// What a row decides.
  public enum Ruling: Sendable, Hashable {
    /// As asked.
    case accept
    /// Another state than the proposed one.
    case replace(Reason)
    /// Ask again when the run is due.
    case wait(Reason)
    /// No.
    case refuse(Reason)
    /// The sender is not the owner.
    case fence(Reason)
    /// This seq was answered before: answer the same.
    case duplicate
    /// The run exists just so.
    case existing
    /// There is nothing to do.
    case ignore
    /// An error: no such run.
    case notFound
    /// An error: the id is taken.
    case alreadyExists
    /// An error: a seq is missing.
    case outOfSequence

    /// The verdict or error, as served and printed.
    public var name: String {
      switch self {
      case .accept: "ACCEPTED"
      case .replace: "REPLACED"
      case .wait: "WAIT"
      case .refuse: "REFUSED"
      case .fence: "FENCED"
      case .duplicate: "DUPLICATE"
      case .existing: "EXISTING"
      case .ignore: "UNCHANGED"
      case .notFound: "NOT_FOUND"
      case .alreadyExists: "ALREADY_EXISTS"
      case .outOfSequence: "OUT_OF_SEQUENCE"
      }
    }

    /// Why, where a reason belongs to it.
    public var reason: Reason? {
      switch self {
      case .replace(let reason), .wait(let reason), .refuse(let reason), .fence(let reason): reason
      default: nil
      }
    }
  }

  /// The state a row leads to.
  public enum Target: Sendable, Hashable {
    /// The state it is in.
    case same
    /// The state that was proposed.
    case proposed
    /// This state.
    case state(StateType)
  }

  /// What changes beside the state.
  ///
  /// Not listed, for it follows from the state entered: start and end times, running time, due time,
  /// and which session's lease vouches for the run.
  public struct EffectSet: OptionSet, Sendable, Hashable {
    /// The bits.
    public let rawValue: UInt16

    /// Takes the bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// The epoch is raised, its seq begins anew, no execution is bound.
    public static let raiseEpoch = EffectSet(rawValue: 1)
    /// The reporter's execution is bound.
    public static let bindExecution = EffectSet(rawValue: 2)
    /// The seq of the report is used up, and the verdict kept.
    public static let consumeSeq = EffectSet(rawValue: 4)
    /// The owner is let go; the epoch stays until the next claim raises it.
    public static let releaseOwner = EffectSet(rawValue: 8)
    /// The run count is raised.
    public static let raiseAttempt = EffectSet(rawValue: 16)
    /// The crash is presumptive.
    public static let presumeCrash = EffectSet(rawValue: 32)
    /// Later batches cancel the run's children.
    public static let cancelChildren = EffectSet(rawValue: 64)
    /// One retry of the run's policy is used up.
    public static let countRetry = EffectSet(rawValue: 128)
    /// One loss of an owner is counted.
    public static let countLoss = EffectSet(rawValue: 256)
    /// What was counted and answered before is forgotten: the run begins anew.
    public static let beginAnew = EffectSet(rawValue: 512)
    /// No session vouches for the owner any more; it stays the owner.
    public static let dropSession = EffectSet(rawValue: 1024)
    /// The run is taken from its owner, if it has one: the epoch is raised, and the owner is fenced.
    public static let revokeOwner = EffectSet(rawValue: 2048)
    /// The pause is answered: its input is kept, and its key does not pause again.
    public static let answerPause = EffectSet(rawValue: 4096)
    /// The pause is not the owner's: its process may not be waiting.
    public static let askPause = EffectSet(rawValue: 8192)
    /// What was told is kept: the run's times are those that were told, a RUNNING that was told raises the run count, and
    /// the state is the teller's word. Nothing falls due, no session vouches, no retry, slot or child is thought of.
    public static let keepTold = EffectSet(rawValue: 16384)

    /// The effects with their stable names, in the order they are printed.
    public static let names: [(EffectSet, String)] = [
      (.raiseEpoch, "raise epoch"), (.bindExecution, "bind execution"),
      (.consumeSeq, "consume seq"), (.releaseOwner, "release owner"),
      (.raiseAttempt, "raise attempt"), (.presumeCrash, "presume crash"),
      (.cancelChildren, "cancel children"), (.countRetry, "count retry"),
      (.countLoss, "count loss"), (.beginAnew, "begin anew"), (.dropSession, "drop session"),
      (.revokeOwner, "revoke owner"), (.answerPause, "answer pause"), (.askPause, "ask pause"),
      (.keepTold, "keep told"),
    ]

    /// The stable names of the members.
    public var names: [String] { Self.names.filter { contains($0.0) }.map(\.1) }
  }

  /// Makes a row.
  public init(
    _ id: String, from: StateSet, on events: EventSet, when guards: [Guard] = [],
    _ ruling: Ruling, to target: Target = .same, _ effects: EffectSet = []
  ) {
    self.id = id
    self.from = from
    self.events = events
    self.guards = guards
    self.ruling = ruling
    self.target = target
    self.effects = effects
  }
}

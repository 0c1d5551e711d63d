// Decides the nine types of state, their numbers in SQL and their names, and sets of them.

/// The type of a run's state.
///
/// The numbers are stored in SQL and are those of the protobuf enum: never change or reuse one.
public enum StateType: Int16, Sendable, Hashable, CaseIterable, CustomStringConvertible {
  /// Waits for its time or for someone to take it.
  case scheduled = 1
  /// Taken by an owner that has not started the user's code.
  case pending = 2
  /// The user's code runs.
  case running = 3
  /// Waits for a person or a program to resume it.
  case paused = 4
  /// Asked to stop; becomes Cancelled within its bound whatever the owner does.
  case cancelling = 5
  /// Ended well.
  case completed = 6
  /// Ended by an error of the user's code.
  case failed = 7
  /// Ended because someone asked.
  case cancelled = 8
  /// Ended because its process or its owner was lost.
  case crashed = 9

  /// The upper-case name, as in filters and the state machine: `RUNNING`.
  public var description: String {
    switch self {
    case .scheduled: "SCHEDULED"
    case .pending: "PENDING"
    case .running: "RUNNING"
    case .paused: "PAUSED"
    case .cancelling: "CANCELLING"
    case .completed: "COMPLETED"
    case .failed: "FAILED"
    case .cancelled: "CANCELLED"
    case .crashed: "CRASHED"
    }
  }

  /// The name a state of this type has when none is given: `Running`.
  public var defaultName: String {
    switch self {
    case .scheduled: "Scheduled"
    case .pending: "Pending"
    case .running: "Running"
    case .paused: "Paused"
    case .cancelling: "Cancelling"
    case .completed: "Completed"
    case .failed: "Failed"
    case .cancelled: "Cancelled"
    case .crashed: "Crashed"
    }
  }

  /// Reads the upper-case name.
  public init?(name: some StringProtocol) {
    guard let type = Self.allCases.first(where: { $0.description == name }) else { return nil }
    self = type
  }

  /// Whether a run in this state has ended.
  public var isTerminal: Bool { StateSet.terminal.contains(self) }
}

/// A set of state types; "no run" is a member of its own.
public struct StateSet: OptionSet, Sendable, Hashable {
  /// Bit n is the type with number n; bit 0 is "no run".
  public let rawValue: UInt16

  /// Takes the bits.
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The set of one type; nil is "no run".
  public init(_ type: StateType?) { rawValue = 1 << UInt16(type?.rawValue ?? 0) }

  /// There is no such run.
  public static let none = StateSet(rawValue: 1)
  /// SCHEDULED.
  public static let scheduled = StateSet(StateType.scheduled)
  /// PENDING.
  public static let pending = StateSet(StateType.pending)
  /// RUNNING.
  public static let running = StateSet(StateType.running)
  /// PAUSED.
  public static let paused = StateSet(StateType.paused)
  /// CANCELLING.
  public static let cancelling = StateSet(StateType.cancelling)
  /// COMPLETED.
  public static let completed = StateSet(StateType.completed)
  /// FAILED.
  public static let failed = StateSet(StateType.failed)
  /// CANCELLED.
  public static let cancelled = StateSet(StateType.cancelled)
  /// CRASHED.
  public static let crashed = StateSet(StateType.crashed)
  /// The states a run ends in.
  public static let terminal: StateSet = [.completed, .failed, .cancelled, .crashed]
  /// Every type, without "no run".
  public static let existing = StateSet(rawValue: 0b11_1111_1110)

  /// Whether the type is a member; nil asks for "no run".
  public func contains(_ type: StateType?) -> Bool {
    rawValue & StateSet(type).rawValue != 0
  }
}

// Decides which word of Martlet's stands for which of Prefect's states: the one table, read both ways.

internal import MartletProto

/// The states of both.
enum StateVocabulary {
  /// A type, with the names that mean something to Prefect's code. Names are free text to both, and pass as they are.
  struct Row: Sendable {
    let prefect: Shape.StateType
    let martlet: MartletProto.StateType
    let names: [String]
  }

  /// Every type of state.
  static let rows: [Row] = [
    Row(
      prefect: .scheduled, martlet: .scheduled,
      names: ["Scheduled", "Late", "AwaitingRetry", "AwaitingConcurrencySlot", "Resuming"]),
    Row(
      prefect: .pending, martlet: .pending,
      names: ["Pending", "Submitting", "InfrastructurePending"]),
    Row(prefect: .running, martlet: .running, names: ["Running", "Retrying", "Rerunning"]),
    Row(prefect: .paused, martlet: .paused, names: ["Paused", "Suspended", "NotReady"]),
    Row(prefect: .cancelling, martlet: .cancelling, names: ["Cancelling"]),
    Row(
      prefect: .completed, martlet: .completed, names: ["Completed", "Cached", "RolledBack"]),
    Row(prefect: .failed, martlet: .failed, names: ["Failed", "TimedOut"]),
    Row(prefect: .cancelled, martlet: .cancelled, names: ["Cancelled"]),
    Row(prefect: .crashed, martlet: .crashed, names: ["Crashed"]),
  ]

  /// Prefect's type of Martlet's; nil for one that this server does not know.
  static func prefect(_ type: MartletProto.StateType) -> Shape.StateType? {
    rows.first { $0.martlet == type }?.prefect
  }

  /// Martlet's type of Prefect's.
  static func martlet(_ type: Shape.StateType) -> MartletProto.StateType {
    rows.first { $0.prefect == type }?.martlet ?? .unspecified
  }
}

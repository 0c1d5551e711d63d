// Decides the program's exit codes: scripts branch on them, so they never change.

/// How the program ends.
enum ExitStatus: Int32 {
  /// All is well.
  case good = 0
  /// The run failed, or the server refused.
  case failed = 1
  /// The command line is wrong.
  case usage = 2
  /// There is no such thing.
  case notFound = 3
  /// The caller may not do that, or is not known.
  case noPermission = 4
  /// The server does not answer.
  case unreachable = 5
}

// Decides how a pull step says what went wrong.

/// Why a step did not do what it should.
struct PullFailure: Error, Sendable {
  /// One line for people.
  let message: String
  /// Whether somebody ended it, and then the run ends as that says.
  var reason: Supervisor.Reason?

  init(_ message: String, reason: Supervisor.Reason? = nil) {
    self.message = message
    self.reason = reason
  }
}

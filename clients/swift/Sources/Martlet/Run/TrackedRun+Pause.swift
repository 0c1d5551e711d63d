// Decides how code heeds a pause: it is told, and waits at a place of its own choice until somebody resumes the run.

public import MartletProto

extension TrackedRun {
  /// Whether somebody paused this run and it has not waited for that since.
  public var isPauseRequested: Bool { reporting.wishes.isPauseWanted(of: id) }

  /// Calls `action` when somebody pauses the run, now if somebody has. It must not wait: `waitIfPaused` does, elsewhere.
  public func onPause(_ action: @escaping @Sendable (Directive.PauseRun) -> Void) {
    reporting.wishes.onPause(of: id, action)
  }

  /// Waits while somebody has paused the run; returns at once when nobody has.
  ///
  /// - Throws: `RunError` when it is not to go on: it was cancelled meanwhile, or is another's now.
  public func waitIfPaused() async throws(RunError) {
    guard reporting.wishes.takePause(of: id) else { return }
    try await start(needsVerdict: true)
    // The same pause may have been told again meanwhile.
    _ = reporting.wishes.takePause(of: id)
  }
}

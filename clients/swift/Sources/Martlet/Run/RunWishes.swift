// Decides how what the server wants of a run reaches the code that executes it: at once when that has asked, else when it
// asks.

internal import MartletProto
internal import Synchronization

/// What the server wants of the runs of this process.
final class RunWishes: Sendable {
  typealias Cancel = Directive.CancelRun
  typealias Pause = Directive.PauseRun

  private struct Entry {
    // Wanted, and nobody has heard of it yet.
    var cancel: Cancel?
    var onCancel: (@Sendable (Cancel) -> Void)?
    // Wanted, and not waited for yet.
    var pause: Pause?
    var onPause: (@Sendable (Pause) -> Void)?
  }
  private let entries = Mutex<[String: Entry]>([:])

  /// From now on wishes for a run are kept.
  func begin(_ run: String) { entries.withLock { $0[run] = Entry() } }

  /// The run is not this process's any more.
  func end(_ run: String) { entries.withLock { $0[run] = nil } }

  /// Says what happens when the run is to stop, at once if it is.
  func onCancel(of run: String, _ action: @escaping @Sendable (Cancel) -> Void) {
    let wanted = entries.withLock { entries -> Cancel? in
      entries[run, default: Entry()].onCancel = action
      return entries[run]?.cancel.take()
    }
    if let wanted { action(wanted) }
  }

  /// Says what happens when the run is paused, at once if it is.
  func onPause(of run: String, _ action: @escaping @Sendable (Pause) -> Void) {
    let wanted = entries.withLock { entries -> Pause? in
      entries[run, default: Entry()].onPause = action
      return entries[run]?.pause
    }
    if let wanted { action(wanted) }
  }

  /// Whether the run is paused and has not waited for that.
  func isPauseWanted(of run: String) -> Bool { entries.withLock { $0[run]?.pause != nil } }

  /// As `isPauseWanted`; the run waits now.
  func takePause(of run: String) -> Bool { entries.withLock { $0[run]?.pause.take() != nil } }

  /// Takes what the server wants.
  func hear(_ directive: Directive) {
    switch directive.kind {
    case .cancel(let cancel):
      let action = entries.withLock { entries in
        if entries[cancel.runID]?.onCancel == nil { entries[cancel.runID]?.cancel = cancel }
        return entries[cancel.runID]?.onCancel
      }
      action?(cancel)
    case .pause(let pause):
      let action = entries.withLock { entries in
        entries[pause.runID]?.pause = pause
        return entries[pause.runID]?.onPause
      }
      action?(pause)
    case .slowDown, .askAgain, nil: break
    }
  }
}

// Decides where signals and wishes to stop go: to the command while one runs, else they end the wait for the next
// attempt. Whoever was told to end is not started again.

import Glibc
import Synchronization

/// What comes from outside while a command, with its retries, is seen through.
package final class RunControl: Sendable {
  /// What may come.
  package enum Event: Sendable {
    /// A signal to this process.
    case signal(Int32)
    /// The server wants the run to stop, within the grace.
    case cancel(Duration?)

    /// Whether it is a wish that the work end.
    fileprivate var ends: Bool {
      switch self {
      case .signal(let number): [SIGINT, SIGTERM, SIGHUP, SIGQUIT].contains(number)
      case .cancel: true
      }
    }
  }

  private struct State {
    var target: (@Sendable (Event) -> Void)?
    var end: Event?
    var pause: Task<Void, any Error>?
  }
  private let state = Mutex(State())

  /// Nothing has come yet.
  package init() {}

  /// The first wish that the work end, if one came.
  package var end: Event? { state.withLock { $0.end } }

  /// Takes an event.
  package func take(_ event: Event) {
    let target = state.withLock { state in
      if event.ends {
        state.end = state.end ?? event
        state.pause?.cancel()
      }
      return state.target
    }
    target?(event)
  }

  /// Takes signals as they come.
  package func take(_ signals: AsyncStream<Int32>) async {
    for await number in signals { take(.signal(number)) }
  }

  /// Says who hears of events from now on, and of the wish to end if that has come.
  package func aim(_ target: (@Sendable (Event) -> Void)?) {
    let end = state.withLock { state in
      state.target = target
      return state.end
    }
    if let end { target?(end) }
  }

  /// Waits; false when the work was to end before or meanwhile.
  package func sleep(for delay: Duration) async -> Bool {
    let pause = Task { try await Task.sleep(for: delay) }
    let isOver = state.withLock { state in
      state.pause = pause
      return state.end != nil
    }
    if isOver { pause.cancel() }
    return (try? await pause.value) != nil && end == nil
  }
}

// Decides how the attempts of a run follow each other: each is told to the server, which says whether and when the next
// one is; whoever was told to end is not started again.

package import Martlet
package import MartletProto

/// How an attempt ended.
package struct AttemptEnding: Sendable {
  /// The code that a shell would be given.
  package var code: Int32
  /// What the server is told.
  package var state: State

  /// Makes an ending.
  package init(code: Int32, state: State) {
    self.code = code
    self.state = state
  }
}

/// The attempts of a run that this process has begun.
package struct Attempts: Sendable {
  /// How they came to an end.
  package struct Ending: Sendable {
    /// The code of the last attempt.
    package var code: Int32
    /// Whether the server was told, or will be by the spool.
    package var isTold: Bool
  }

  private let run: TrackedRun
  private let control: RunControl
  private let complain: @Sendable (String) -> Void

  /// Takes a run that is RUNNING.
  ///
  /// - Parameter complain: says what the server does not want.
  package init(
    of run: TrackedRun, control: RunControl, complain: @escaping @Sendable (String) -> Void
  ) {
    self.run = run
    self.control = control
    self.complain = complain
  }

  /// Makes attempts until there is no next.
  package func make(_ attempt: () async -> AttemptEnding) async -> Ending {
    while true {
      var ending = await attempt()
      // Whoever was told to end is not to be started again.
      if control.end != nil { ending.state.isRetriable = false }
      let next = await end(ending.state)
      guard let delay = next.delay else { return Ending(code: ending.code, isTold: next.isTold) }
      guard await control.sleep(for: delay) else {
        let last = await end(State(type: .cancelled, message: "ended between two attempts"))
        return Ending(code: ending.code, isTold: last.isTold)
      }
      do throws(RunError) {
        try await run.start()
      } catch {
        complain("\(error)")
        return Ending(code: ending.code, isTold: true)
      }
    }
  }

  /// Tells how an attempt ended; returns the delay before the next, nil when there is none.
  private func end(_ state: State) async -> (isTold: Bool, delay: Duration?) {
    do throws(RunError) {
      return (true, run.delay(after: state, try await run.end(state)))
    } catch {
      complain("the end of the run is not recorded: \(error)")
      return (false, nil)
    }
  }
}

extension State {
  /// Whether another attempt may help, of a failure.
  var isRetriable: Bool {
    get { if case .failed(let failed)? = detail { failed.retriable ?? true } else { true } }
    set {
      guard case .failed(var failed)? = detail else { return }
      failed.retriable = newValue
      detail = .failed(failed)
    }
  }

  /// A failure that no other attempt would mend.
  static func final(_ type: String, _ message: String) -> State {
    var state = State.failed(type, message)
    state.isRetriable = false
    return state
  }
}

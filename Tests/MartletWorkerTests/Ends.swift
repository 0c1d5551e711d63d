// Decides how tests wait for the ends of jobs.

import MartletWorker
import Synchronization

/// The ends of jobs as they come.
final class Ends: Sendable {
  private struct State {
    var launched: [JobID] = []
    var ended: [JobID: JobExit.Ending] = [:]
    var waiting: [JobID: CheckedContinuation<JobExit.Ending, Never>] = [:]
  }
  private let state = Mutex(State())

  var launched: [JobID] { state.withLock { $0.launched } }

  func addLaunched(_ id: JobID) { state.withLock { $0.launched.append(id) } }

  func has(_ id: JobID) -> Bool { state.withLock { $0.ended[id] != nil } }

  func add(_ exit: JobExit) {
    state.withLock { state in
      state.ended[exit.job] = exit.ending
      return state.waiting.removeValue(forKey: exit.job)
    }?.resume(returning: exit.ending)
  }

  func end(of id: JobID) async -> JobExit.Ending {
    await withCheckedContinuation { continuation in
      let ending = state.withLock { state -> JobExit.Ending? in
        if state.ended[id] == nil { state.waiting[id] = continuation }
        return state.ended[id]
      }
      if let ending { continuation.resume(returning: ending) }
    }
  }
}

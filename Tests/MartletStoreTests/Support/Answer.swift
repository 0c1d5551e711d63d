// Decides how a test waits for an answer that comes by callback.

import MartletPostgres
import MartletStore

final class Answer: Sendable {
  private struct State {
    var result: Result<[CommandAnswer], StoreError>?
    var waiter: CheckedContinuation<Result<[CommandAnswer], StoreError>, Never>?
  }
  private let state = Locked(State())

  func give(_ result: Result<[CommandAnswer], StoreError>) {
    let waiter = state.withLock {
      $0.result = result
      return $0.waiter
    }
    waiter?.resume(returning: result)
  }

  func value() async throws -> [CommandAnswer] {
    try await withCheckedContinuation { continuation in
      let result = state.withLock {
        if $0.result == nil { $0.waiter = continuation }
        return $0.result
      }
      if let result { continuation.resume(returning: result) }
    }.get()
  }
}

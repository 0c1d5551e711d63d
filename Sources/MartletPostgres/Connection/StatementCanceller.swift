// Decides how a running statement is cancelled from elsewhere: a thread per cancel, since libpq's
// cancel blocks, and no cancel left in flight when the connection goes on to its next job.

import CPostgres
import Glibc

/// Cancels what the server does for one connection. Usable from any thread.
///
/// `PGcancel` is immutable after `PQgetCancel` and `PQcancel` is documented as thread-safe; the
/// pointer is freed only when nothing refers to this object: hence unchecked.
final class StatementCanceller: @unchecked Sendable {
  /// One cancel, from the moment it was asked for.
  struct Request: Sendable {
    /// What the caller is told when the statement ends by it.
    let reason: PostgresError.Kind
    let sentAt: ContinuousClock.Instant
    /// True once the server has taken the cancel, or it could not be delivered.
    var isDelivered = false
  }

  private struct State {
    var isArmed = false
    var request: Request?
  }

  private let cancel: OpaquePointer?
  private let state = Locked(State())

  init(_ handle: OpaquePointer) {
    cancel = PQgetCancel(handle)
  }

  deinit {
    PQfreeCancel(cancel)
  }

  /// The cancel of the current job, if there is one.
  var request: Request? { state.withLock { $0.request } }

  /// Opens a job: from now on ``cancel(_:)`` has an effect.
  func arm() {
    state.withLock { $0 = State(isArmed: true, request: nil) }
  }

  /// Closes a job. Returns true if no cancel is still on its way, which could hit the next one.
  func disarm() -> Bool {
    state.withLock {
      $0.isArmed = false
      return $0.request?.isDelivered ?? true
    }
  }

  /// Cancels the current job: sends one cancel on a thread of its own and returns at once.
  func cancel(_ reason: PostgresError.Kind) {
    let isFirst = state.withLock {
      guard $0.isArmed, $0.request == nil else { return false }
      $0.request = Request(reason: reason, sentAt: .now)
      return true
    }
    guard isFirst else { return }
    let isSent = Thread.detach(name: "pg-cancel") { [self] in
      var message = [CChar](repeating: 0, count: 256)
      _ = PQcancel(cancel, &message, Int32(message.count))
      state.withLock { $0.request?.isDelivered = true }
    }
    // Without a thread the statement runs on to its own end, within statement_timeout.
    if !isSent { state.withLock { $0.request?.isDelivered = true } }
  }
}

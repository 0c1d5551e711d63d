// Decides how a program stands in line and keeps its slots: the same id again and again, through restarts of the server.

import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletRPC
import MartletWire
import MartletWorker
import Synchronization

/// A request for slots that is put until it is granted or its time is over.
final class SlotLine: Sendable {
  private let connection: Connection
  private let request: Mutex<AcquireLeaseRequest>
  private let patience: Double?
  private let reason = Mutex("")

  init(connection: Connection, request: AcquireLeaseRequest, patience: Double?) {
    self.connection = connection
    self.request = Mutex(request)
    self.patience = patience
  }

  /// The lease.
  var id: String { request.withLock { $0.id } }

  /// Why there are no slots.
  var explanation: String { reason.withLock { $0 } }

  /// What became of a wait.
  enum Outcome: Sendable {
    /// The slots are held.
    case granted
    /// They did not come in time.
    case late
    /// A signal came first.
    case interrupted(Int32)
  }

  /// Waits in line until the slots are there, the time is over or one of these signals comes.
  ///
  /// - Throws: `Status` when the request can never be granted.
  func acquire(unless signals: AsyncStream<Int32>) async throws -> Outcome {
    try await withThrowingTaskGroup(of: Outcome?.self) { group in
      group.addTask { try await self.acquire() ? .granted : .late }
      group.addTask {
        for await number in signals { return .interrupted(number) }
        return nil
      }
      let first: Outcome? = try await group.next() ?? nil
      group.cancelAll()
      if let first, case .interrupted = first { return first }
      // A signal in the last moment counts too.
      let second: Outcome? = try await group.next() ?? nil
      return second ?? first ?? .late
    }
  }

  /// Gives the slots back, or leaves the line.
  func leave() async {
    var release = ReleaseLeaseRequest()
    release.namespace = connection.namespace
    release.id = id
    _ = try? await connection.client.limits.releaseLease(
      release, options: CallOptions(timeout: .seconds(5)))
  }

  /// Waits in line; false when the time is over.
  private func acquire() async throws -> Bool {
    let end = patience.map { ContinuousClock.now + .seconds($0) }
    while true {
      let left = end.map { ContinuousClock.now.duration(to: $0) }
      var asked = request.withLock { $0 }
      asked.wait = min(max(left ?? .seconds(20), .zero), .seconds(20))
      do {
        _ = try await connection.client.limits.acquireLease(asked)
        return true
      } catch let status as Status {
        guard let pause = pause(after: status) else { throw status }
        reason.withLock { $0 = status.message }
        if let left, left <= pause || patience == 0 {
          await leave()
          return false
        }
        try await Task.sleep(for: pause)
      }
    }
  }

  /// How long to wait before asking again; nil when that is no use.
  private func pause(after status: Status) -> Duration? {
    switch (status.code, status.reason) {
    case (.resourceExhausted, "LIMIT_FULL"): .zero
    case (.resourceExhausted, _), (.unavailable, _):
      min(status.retryAfter ?? .seconds(1), .seconds(2))
    // Granted while nobody listened, and lapsed: begin anew, at the end of the line.
    case (.failedPrecondition, "LEASE_ENDED"): renamed()
    default: nil
    }
  }

  private func renamed() -> Duration {
    request.withLock { $0.id = Identifier.timeOrdered() }
    return .zero
  }
}

/// Renews a lease while a command runs.
struct SlotKeeper: Sendable {
  let connection: Connection
  let lease: String
  let ttl: Duration
  let child: ChildProcess

  /// Renews until the task is cancelled; ends the command when the slots are lost.
  /// - Returns: Whether they were.
  func keep() async -> Bool {
    var request = RenewLeaseRequest()
    request.namespace = connection.namespace
    request.id = lease
    var pause = ttl / 3
    while (try? await Task.sleep(for: pause)) != nil {
      do {
        _ = try await connection.client.limits.renewLease(request)
        pause = ttl / 3
      } catch let status as Status
        where status.code == .failedPrecondition || status.code == .notFound
      {
        return await end("the slots are lost: \(status.message)")
      } catch {
        // While no server has a database no lease lapses: the command goes on, and we ask again soon.
        pause = min(ttl / 6, .seconds(1))
      }
    }
    return false
  }

  private func end(_ why: String) async -> Bool {
    complain("martlet: \(why)")
    child.doom()
    child.signal(SIGTERM)
    child.signal(SIGCONT)
    // Cancelled when the command has ended.
    if (try? await Task.sleep(for: .seconds(10))) != nil { child.signal(SIGKILL) }
    return true
  }
}

// Decides how a worker works off what is due and leaves: it asks as long as it has room and something comes, and once more
// when a run has ended, for that may have made others due.

import Martlet
import MartletProto
import Synchronization

extension PoolWorker {
  private static let beat = Duration.seconds(10)
  private static let mostRuns = 100

  /// Takes what is due, and returns when nothing is and everything has ended.
  func poll() async throws {
    let rings = rings()
    let timer = Task {
      while true {
        await self.replay()
        try await Task.sleep(for: Self.beat)
        self.ring()
      }
    }
    defer { timer.cancel() }
    // It has not started before the server has heard of it: there may be no such pool.
    try await tellEnds(greets: true)
    tell(.started(id: ""))
    for await _ in rings {
      try Task.checkCancellation()
      try await tellEnds()
      while case let room = book.withLock({ $0.room }), room > 0 {
        var request = PollWorkRequest()
        request.namespace = namespace
        request.worker = identity
        request.maxRuns = Int32(min(room, Self.mostRuns))
        let response = try await client.workers.pollWork(request)
        if response.drain { drain() }
        guard !response.offers.isEmpty else { break }
        for offer in response.offers { await take(offer) }
      }
      if book.withLock({ $0.count }) == 0 { return try await tellEnds(leaves: true) }
    }
  }

  /// Tells what has ended, and hears what is not its any more.
  ///
  /// - Parameters:
  ///   - greets: Whether the server is told of the worker although nothing has happened.
  ///   - leaves: Whether the worker has nothing left and says so.
  private func tellEnds(greets: Bool = false, leaves: Bool = false) async throws {
    let (exited, held) = book.withLock { book in
      (
        book.next(at: .now).compactMap { if case .exited(let exited) = $0 { exited } else { nil } },
        book.heldRuns
      )
    }
    guard !exited.isEmpty || !held.isEmpty || greets || leaves else { return }
    var request = HeartbeatWorkerRequest()
    request.namespace = namespace
    request.worker = identity
    request.exited = exited
    request.held = held
    request.goodbye = leaves
    let response = try await client.workers.heartbeatWorker(request)
    for exited in exited {
      await launcher.forget(JobID(runID: exited.runID, epoch: exited.epoch))
    }
    for revoked in response.revoked { await stop(revoked.runID, revoked.epoch, isUrgent: true) }
    if response.drain { drain() }
  }
}

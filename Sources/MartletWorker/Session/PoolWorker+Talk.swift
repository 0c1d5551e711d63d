// Decides how a worker talks over a stream: who it is and what it has, its room as it changes, answers to offers, ends, a
// sign of life three times a lease; and that it begins anew when the stream breaks, unless the server does not want it.

import Martlet
import MartletCall
import MartletProto
import MartletRPC
import Synchronization

extension PoolWorker {
  private static let standardLease = Duration.seconds(30)
  private static let firstPause = Duration.milliseconds(100)
  private static let longestPause = Duration.seconds(5)
  /// How long the server has to take a goodbye.
  private static let farewell = Duration.seconds(5)

  /// Holds the session until the worker is done.
  func talk() async throws {
    var pause = Self.firstPause
    while true {
      let begin = ContinuousClock.now
      do {
        try await converse()
        return
      } catch let status as Status where status.isRefusal {
        throw status
      } catch {
        try Task.checkCancellation()
        if book.withLock({ $0.isDone }) { return }
        tell(.disconnected("\(error)"))
        if ContinuousClock.now > begin + Self.longestPause { pause = Self.firstPause }
        // Workers that lost the same server do not come back together.
        try await Task.sleep(for: pause * Double.random(in: 0.5...1))
        pause = min(pause * 2, Self.longestPause)
      }
    }
  }

  private func converse() async throws {
    let call = try await client.workers.connect()
    defer { call.cancel() }
    let held = book.withLock { book in
      book.begin(at: .now)
      return book.heldRuns
    }
    try await call.requests.write(
      ConnectRequest(
        kind: .hello(ConnectRequest.Hello(namespace: namespace, worker: identity, held: held))))
    guard case .welcome(let welcome)? = try await call.responses.next()?.kind else {
      throw Status(.unavailable, "the server did not welcome the worker")
    }
    tell(.started(id: welcome.workerID))
    // What an executor has left to be told comes before the word that it is gone: else that decides.
    await replay(within: Self.replayPatience)
    let beat = (welcome.lease ?? identity.session?.lease ?? Self.standardLease) / 3
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        while true {
          await self.replay()
          try await Task.sleep(for: beat)
        }
      }
      group.addTask {
        while true {
          try await Task.sleep(for: beat)
          self.book.withLock { $0.live() }
          self.ring()
        }
      }
      group.addTask { try await self.hear(call) }
      group.addTask {
        try await self.write(call)
        // The server ends the stream when it has taken the goodbye; cut short, it would not hear it.
        try await Task.sleep(for: Self.farewell)
        throw Finished()
      }
      do { while try await group.next() != nil {} } catch is Finished {}
    }
  }

  /// The worker has said all that it has to say.
  private struct Finished: Error {}

  private func write(_ call: ClientCall<ConnectRequest, ConnectResponse>) async throws {
    for await _ in rings() {
      try Task.checkCancellation()
      for kind in book.withLock({ $0.next(at: .now) }) {
        try await call.requests.write(ConnectRequest(kind: kind))
        if case .exited(let exited) = kind {
          await launcher.forget(JobID(runID: exited.runID, epoch: exited.epoch))
        }
      }
      guard book.withLock({ $0.isDone }) else { continue }
      try await call.requests.write(ConnectRequest(kind: .goodbye(ConnectRequest.Goodbye())))
      return try await call.finishRequests()
    }
    throw CancellationError()
  }

  private func hear(_ call: ClientCall<ConnectRequest, ConnectResponse>) async throws {
    while let response = try await call.responses.next() {
      switch response.kind {
      case .offer(let offer): await take(offer)
      case .cancel(let cancel): await stop(cancel.runID, cancel.epoch, isUrgent: false)
      case .revoke(let revoke): await stop(revoke.runID, revoke.epoch, isUrgent: true)
      case .drain: drain()
      case .welcome, nil: break
      }
    }
    if book.withLock({ $0.isDone }) { throw Finished() }
    throw Status(.unavailable, "the server closed the stream")
  }
}

extension Status {
  /// Whether the server will say the same again, whoever asks and when.
  fileprivate var isRefusal: Bool {
    switch code {
    case .notFound, .invalidArgument, .failedPrecondition, .permissionDenied, .unauthenticated,
      .unimplemented:
      true
    case .aborted: reason == "WORKER_REPLACED"
    default: false
    }
  }
}

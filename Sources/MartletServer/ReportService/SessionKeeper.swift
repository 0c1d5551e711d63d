// Decides when a session is written: opened before any run can belong to it, then renewed a few times a lease however
// often its executor reports, and by one call at a time however many come at once.

internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import Synchronization

/// Keeps the leases of the sessions that report to this replica.
final class SessionKeeper: Sendable {
  private struct Entry: Sendable {
    var namespace: Namespace
    var lease: Interval
    var renewed: ContinuousClock.Instant
  }

  private typealias Waiter = CheckedContinuation<Result<Void, StoreError>, Never>
  private struct State: Sendable {
    var entries: [SessionID: Entry] = [:]
    // Sessions being written now, and the calls that wait for it.
    var underWay: [SessionID: [Waiter]] = [:]
  }

  private let store: Store
  private let beats: SessionBeats
  private let state = Mutex(State())
  /// Most sessions remembered; beyond it all are forgotten, which costs each one opening more.
  private static let limit = 100_000

  init(_ store: Store, _ beats: SessionBeats) {
    self.store = store
    self.beats = beats
  }

  /// Renews a lease, if that is worth it.
  ///
  /// - Parameter always: whether to renew however little time has passed: the frame is a heartbeat and no more.
  /// - Returns: what the executor is to do, as far as a renewal told.
  func renew(
    _ id: SessionID, in namespace: Namespace, lease: Interval, holder: String, actor: String,
    always: Bool
  ) async throws(StoreError) -> [Directive] {
    enum Step { case done, wait, beat, open }
    while true {
      let now = ContinuousClock.now
      let step = state.withLock { state -> Step in
        let known = state.entries[id].flatMap {
          $0.namespace == namespace && $0.lease == lease ? $0 : nil
        }
        if let known, !always, known.renewed + lease.duration / 6 > now { return .done }
        guard state.underWay[id] == nil else { return .wait }
        state.underWay[id] = []
        return known == nil ? .open : .beat
      }
      switch step {
      case .done: return []
      case .wait: try await wait(for: id)
      case .beat, .open:
        do throws(StoreError) {
          let answer = try await write(
            id, in: namespace, lease: lease, holder: holder, actor: actor, isOpen: step == .beat)
          finish(id, .success(Entry(namespace: namespace, lease: lease, renewed: now)))
          return try await store.directives(to: answer.asked, in: namespace)
        } catch {
          finish(id, .failure(error))
          throw error
        }
      }
    }
  }

  /// Beats for a session, and opens it if it is not open.
  private func write(
    _ id: SessionID, in namespace: Namespace, lease: Interval, holder: String, actor: String,
    isOpen: Bool
  ) async throws(StoreError) -> BeatAnswer {
    if isOpen {
      let answer = try await beats.beat(id)
      if answer.leaseUntil != nil { return answer }
    }
    _ = try await store.openSession(id, in: namespace, holder: holder, actor: actor, ttl: lease)
    return try await beats.beat(id)
  }

  /// Waits until a session is written by another call, which may have failed.
  private func wait(for id: SessionID) async throws(StoreError) {
    let result = await withCheckedContinuation { (waiter: Waiter) in
      let isOver = state.withLock { state in
        state.underWay[id]?.append(waiter)
        return state.underWay[id] == nil
      }
      if isOver { waiter.resume(returning: .success(())) }
    }
    try result.get()
  }

  /// Lets the calls go on that waited for a session.
  private func finish(_ id: SessionID, _ result: Result<Entry, StoreError>) {
    let waiters = state.withLock { state in
      if case .success(let entry) = result {
        if state.entries.count >= Self.limit { state.entries.removeAll(keepingCapacity: true) }
        state.entries[id] = entry
      }
      return state.underWay.removeValue(forKey: id) ?? []
    }
    // Without a database all fail at once. What was wrong with one call says nothing to the others:
    // one of them writes.
    let outcome: Result<Void, StoreError> =
      switch result {
      case .failure(.unavailable(let delay, let message)):
        .failure(.unavailable(retryAfter: delay, message: message))
      case .failure(.resourceExhausted(let delay, let message)):
        .failure(.resourceExhausted(retryAfter: delay, message: message))
      case .success, .failure: .success(())
      }
    for waiter in waiters { waiter.resume(returning: outcome) }
  }
}

extension Store {
  /// The wishes that some runs stop, with what is left of their time, or that they pause; nothing for a run that is in
  /// neither state any more. One that its executor has lost stops at once.
  func directives(
    to asked: [AskedRun], in namespace: Namespace
  ) async throws(StoreError) -> [Directive] {
    let lost = asked.filter(\.isLost).map { asked in
      Directive(
        kind: .cancel(
          Directive.CancelRun(
            runID: asked.run.description, grace: .zero,
            message: "the run was taken from this process")))
    }
    let runs = asked.filter { !$0.isLost }.map(\.run)
    if runs.isEmpty { return lost }
    let now = Instant.wallClock
    return try await lost
      + self.runs(runs, in: namespace).compactMap { record in
        if case .paused = record.state.detail {
          let pause = Directive.PauseRun(
            runID: record.id.description, message: record.state.message)
          return Directive(kind: .pause(pause))
        }
        guard record.state.type == .cancelling else { return nil }
        var cancel = Directive.CancelRun()
        cancel.runID = record.id.description
        cancel.message = record.state.message
        if case .cancelling(let deadline?) = record.state.detail {
          cancel.grace = max(.zero, now.distance(to: deadline)).duration
        }
        return Directive(kind: .cancel(cancel))
      }
  }
}

// Decides how a worker's stream is served: hello and welcome, then credit, offers and what becomes of them.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore
internal import MartletWire

extension WorkerHandlers {
  private static let shortLease = Interval.seconds(25)

  func connect(
    _ requests: MessageStream<ConnectRequest>, to responses: MessageWriter<ConnectResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      guard case .hello(let hello)? = try await requests.next()?.kind else {
        throw InvalidValue("hello", "must come first: who the worker is")
      }
      let namespace = try backend.namespace(hello.namespace, context)
      let (pool, identity, lease) = try await admit(
        hello.worker, "hello.worker", in: namespace, context, isHeartbeat: true)
      let entered = try await backend.store.enterWorker(
        identity, pool: pool, deadline: context.deadline)
      var welcome = ConnectResponse.Welcome()
      welcome.workerID = entered.id.description
      welcome.lease = lease.duration
      welcome.serverTime = Instant.wallClock.timestamp
      try await responses.write(ConnectResponse(kind: .welcome(welcome)))
      try await reconcile(hello.held, with: entered, responses)
      let guest = WorkerHub.Guest(
        entered, pool: pool.id, namespace: namespace, identity: identity, lease: lease)
      let stream = WorkerStream()
      backend.workers.enter(guest, sink: stream)
      defer { backend.workers.leave(guest) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addImmediateTask { try await self.hear(requests, guest, context) }
        group.addImmediateTask { try await self.tell(stream, responses) }
        defer {
          stream.finish()
          group.cancelAll()
        }
        try await group.next()
      }
    }
  }

  /// Brings what the worker has and what it was offered together: offers that it never saw go back, so do those in a while
  /// that it took and knows no more, and it hears of runs that are not its any more.
  private func reconcile(
    _ held: [HeldRun], with worker: EnteredWorker, _ responses: MessageWriter<ConnectResponse>
  ) async throws {
    let known = Set(held.map { "\($0.runID) \($0.epoch)" })
    let unseen = try await backend.store.unacceptedOffers(of: worker.id)
      .filter { !known.contains("\($0.run) \($0.epoch)") }
    try await backend.store.withdrawOffers(unseen)
    try await backend.store.doubtOffers(
      of: worker.id, but: held.compactMap { run in RunID(run.runID).map { ($0, run.epoch) } })
    if held.isEmpty { return }
    for run in try await lost(held, "hello.held") {
      try await responses.write(
        ConnectResponse(kind: .revoke(.init(runID: run.runID, epoch: run.epoch))))
    }
  }

  /// Takes in what a worker says, until it has said all.
  private func hear(
    _ requests: MessageStream<ConnectRequest>, _ guest: WorkerHub.Guest, _ context: CallContext
  ) async throws {
    let hub = backend.workers
    while let request = try await requests.next() {
      switch request.kind {
      case .credit(let credit):
        guard credit.runs >= 0 else {
          throw InvalidValue("credit.runs", "must not be negative")
        }
        hub.credit(guest, Int(credit.runs))
      case .accept(let accept):
        hub.accept(
          guest, try RunID(required: accept.runID, "accept.run_id"), epoch: accept.epoch)
      case .decline(let decline):
        let run = try RunID(required: decline.runID, "decline.run_id")
        hub.decline(guest, run)
        try await backend.store.declineOffer(
          run, epoch: decline.epoch, in: guest.namespace, by: guest.identity.name,
          reason: String(decline.reason.unicodeScalars.filter { $0 != "\0" }.prefix(500)))
      case .exited(let exited):
        try await ended(exited, "exited", in: guest.namespace)
        if let run = RunID(exited.runID) { hub.forget(run) }
      case .alive: break
      case .draining:
        hub.drain(guest)
        try await backend.store.workerLeaves(guest.id, seen: guest.seen)
      case .goodbye:
        hub.leave(guest)
        try await backend.store.endWorkerSession(
          guest.identity.sessionID, in: guest.namespace)
        return
      case .hello: throw InvalidValue("hello", "was said before")
      case nil: throw InvalidValue("kind", "is missing")
      }
      hub.hear(guest)
      // The engine keeps the sessions of all workers together; too seldom for a short lease.
      if let lease = guest.lease, lease < Self.shortLease {
        _ = try await backend.keeper.renew(
          guest.identity.sessionID, in: guest.namespace, lease: lease,
          holder: "worker \(guest.identity.name)", actor: context.principal.name, always: false)
      }
    }
  }

  /// Tells a worker what there is for it, until its stream is to end.
  private func tell(
    _ stream: WorkerStream, _ responses: MessageWriter<ConnectResponse>
  ) async throws {
    for await word in stream.words {
      switch word {
      case .offers(let offers):
        for offer in offers {
          try await responses.write(ConnectResponse(kind: .offer(MartletProto.Offer(offer))))
        }
      case .notice(.cancel(let run, let epoch)):
        try await responses.write(
          ConnectResponse(
            kind: .cancel(
              .init(
                runID: run.description, epoch: epoch,
                grace: Cancellation.standardBound.duration))))
      case .notice(.revoke(let run, let epoch)):
        try await responses.write(
          ConnectResponse(kind: .revoke(.init(runID: run.description, epoch: epoch))))
      case .notice(.drain):
        try await responses.write(ConnectResponse(kind: .drain(.init())))
      case .notice(.replaced):
        throw Status.aborted(
          reason: "WORKER_REPLACED", "another stream is this worker's: two have the same name")
      case .notice(.lost):
        throw Status.unavailable(
          "the worker's session is gone: connect again", retryAfter: .milliseconds(100))
      case .notice(.closing):
        throw Status.unavailable("the server is stopping", retryAfter: .milliseconds(200))
      }
    }
  }
}

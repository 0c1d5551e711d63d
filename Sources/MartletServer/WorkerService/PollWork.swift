// Decides how a worker is served that asks for runs now and then: as one that is connected for the time of the call.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension WorkerHandlers {
  private static let longestWait = Duration.seconds(60)
  private static let mostRuns: Int32 = 100

  func pollWork(_ request: PollWorkRequest, context: CallContext) async throws
    -> PollWorkResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard (0...Self.mostRuns).contains(request.maxRuns) else {
        throw InvalidValue("max_runs", "must be from 1 to \(Self.mostRuns)")
      }
      let wait = request.wait ?? .zero
      guard (.zero...Self.longestWait).contains(wait) else {
        throw InvalidValue("wait", "must be from 0 s to 60 s")
      }
      let (pool, identity, _) = try await admit(request.worker, "worker", in: namespace, context)
      let entered = try await backend.store.enterWorker(
        identity, pool: pool, deadline: context.deadline)
      var response = PollWorkResponse()
      response.drain = entered.isDraining
      if entered.isDraining { return response }
      let guest = WorkerHub.Guest(
        entered, pool: pool.id, namespace: namespace, identity: identity)
      let stream = WorkerStream()
      backend.workers.enter(guest, sink: stream)
      backend.workers.credit(guest, Int(max(1, request.maxRuns)))
      let end = min(
        ContinuousClock.now + max(wait, Self.shortestWait),
        context.deadline.map { $0 - .milliseconds(250) }
          ?? ContinuousClock.now + Self.longestWait * 2)
      let timer = Task {
        try await Task.sleep(until: end)
        stream.finish()
      }
      defer { timer.cancel() }
      words: for await word in stream.words {
        switch word {
        case .offers(let offers):
          response.offers += offers.map { MartletProto.Offer($0) }
          break words
        case .notice(.drain): response.drain = true
        case .notice(.cancel), .notice(.revoke): continue words
        case .notice(.replaced), .notice(.lost), .notice(.closing): break words
        }
        break words
      }
      backend.workers.leave(guest)
      // What came between the last look and the leave is the worker's as well.
      stream.finish()
      for await case .offers(let offers) in stream.words {
        response.offers += offers.map { MartletProto.Offer($0) }
      }
      if Task.isCancelled {
        try await backend.store.withdrawOffers(
          response.offers.compactMap { offer in
            RunID(offer.run?.id ?? "").map { (run: $0, epoch: offer.epoch) }
          })
      }
      return response
    }
  }

  /// How long somebody is there who does not want to wait: long enough for one look at what there is.
  private static let shortestWait = Duration.milliseconds(200)
}

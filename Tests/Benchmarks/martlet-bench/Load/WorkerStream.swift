// Decides how a worker is played: a stream that takes every run it is offered at once and starts none.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletWire

/// A worker of a pool, connected.
struct WorkerStream: Sendable {
  let road: Road
  private let call: ClientCall<ConnectRequest, ConnectResponse>
  private let lease: Duration

  /// Connects, and waits to be welcome.
  init(_ road: Road, pool: String) async throws {
    self.road = road
    call = try await WorkerServiceClient(channel: road.channel).connect()
    var worker = WorkerIdentity()
    worker.pool = pool
    worker.name = Identifier.random()
    worker.session = Session(id: Identifier.random(), holder: "martlet-bench")
    try await call.requests.write(ConnectRequest(kind: .hello(.init(worker: worker))))
    guard case .welcome(let welcome)? = try await call.responses.next()?.kind,
      let lease = welcome.lease
    else { throw ValidationError("the server does not welcome a worker") }
    self.lease = lease
  }

  /// Takes every run it is offered until all have arrived; says anew what it would take when half of that has come.
  func serve(credit: Int, until arrivals: Arrivals) async throws {
    try await call.requests.write(ConnectRequest(kind: .credit(.init(runs: Int32(credit)))))
    var left = credit
    do {
      while let response = try await call.responses.next() {
        guard case .offer(let offer)? = response.kind, let run = offer.run else { continue }
        arrivals.add(Timestamp.now.sinceEpoch)
        try await call.requests.write(
          ConnectRequest(kind: .accept(.init(runID: run.id, epoch: offer.epoch))))
        left -= 1
        if left <= credit / 2 {
          left = credit
          try await call.requests.write(ConnectRequest(kind: .credit(.init(runs: Int32(credit)))))
        }
      }
    } catch {
      guard arrivals.isComplete else { throw error }
    }
    guard arrivals.isComplete else { throw ValidationError("the server ended a worker's stream") }
  }

  /// Would take a run, and says that it lives, until a moment.
  func idle(until end: ContinuousClock.Instant) async throws {
    try await call.requests.write(ConnectRequest(kind: .credit(.init(runs: 1))))
    while ContinuousClock.now < end {
      try await Task.sleep(until: min(end, .now + lease / 3))
      try await call.requests.write(ConnectRequest(kind: .alive(.init())))
    }
    cancel()
  }

  /// Ends it without a word.
  func cancel() { call.cancel() }
}

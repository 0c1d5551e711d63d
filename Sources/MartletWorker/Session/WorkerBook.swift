// Decides what a worker takes and what it tells the server: as many runs as it has room for, each once; how those ended,
// again when the stream broke soon after; nothing new once it drains. A value without I/O.

import MartletProto

/// What a worker has, and what it has to say.
struct WorkerBook {
  /// What becomes of an offer.
  enum Decision: Equatable {
    /// It is launched.
    case launch(Job)
    /// It goes back.
    case decline(String)
    /// It is here already.
    case known
  }

  /// A moment.
  typealias Instant = ContinuousClock.Instant

  // How long an end that was said may have been lost with its stream.
  private static let doubt = Duration.seconds(300)

  private let limit: Int
  private var held: [JobID: Job] = [:]
  private var outbox: [ConnectRequest.Kind] = []
  // What the server believes of our room; nil before it was told in this stream.
  private var believed: Int32?
  // Ends, and when they were said last; nil while they were not.
  private var told: [(time: Instant?, exited: Exited)] = []
  private(set) var isDraining = false

  /// Has room for so many jobs at a time.
  init(limit: Int) { self.limit = limit }

  /// Whether it has nothing and takes nothing.
  var isDone: Bool { isDraining && held.isEmpty }
  /// How many jobs it has.
  var count: Int { held.count }
  /// How many more it takes.
  var room: Int { isDraining ? 0 : max(0, limit - held.count) }
  /// The jobs that it has.
  var heldRuns: [HeldRun] {
    held.keys.map { HeldRun(runID: $0.runID, epoch: $0.epoch) }
  }

  // MARK: Streams

  /// A stream begins: what was not answered in the one before is to be said again.
  mutating func begin(at now: Instant) {
    believed = nil
    // An end of doubtful arrival is said again; an answer to an offer is not, for the executor's report says it.
    forget(before: now - Self.doubt)
    outbox = told.map { .exited($0.exited) }
    if isDraining { outbox.append(.draining(ConnectRequest.Draining())) }
  }

  /// What is to be said now, in order.
  mutating func next(at now: Instant) -> [ConnectRequest.Kind] {
    defer { outbox = [] }
    for index in told.indices where told[index].time == nil { told[index].time = now }
    let credit = Int32(clamping: room)
    guard believed != credit else { return outbox }
    believed = credit
    return outbox + [.credit(ConnectRequest.Credit(runs: credit))]
  }

  /// A sign of life is due.
  mutating func live() { outbox.append(.alive(ConnectRequest.Alive())) }

  // MARK: Jobs

  /// Takes up a job that lives since an earlier worker.
  mutating func adopt(_ job: Job) { held[job.id] = job }

  /// Decides about an offer; one that is to be launched counts from now on.
  mutating func take(_ offer: Offer, namespace: String) -> Decision {
    believed = believed.map { $0 - 1 }
    let run = offer.run ?? Run()
    let job = Job(offer, namespace: run.namespace.isEmpty ? namespace : run.namespace)
    if held[job.id] != nil { return .known }
    guard room > 0 else {
      decline(job.id, isDraining ? "the worker drains" : "the worker has no room")
      return .decline(isDraining ? "the worker drains" : "the worker has no room")
    }
    held[job.id] = job
    return .launch(job)
  }

  /// A job is on its way.
  mutating func launched(_ id: JobID) {
    outbox.append(.accept(ConnectRequest.Accept(runID: id.runID, epoch: id.epoch)))
  }

  /// A job could not be launched.
  mutating func refuse(_ id: JobID, _ reason: String) {
    held[id] = nil
    decline(id, reason)
  }

  private mutating func decline(_ id: JobID, _ reason: String) {
    outbox.append(
      .decline(ConnectRequest.Decline(runID: id.runID, epoch: id.epoch, reason: reason)))
  }

  /// A job's executor has ended.
  mutating func ended(_ exit: JobExit, at now: Instant) {
    held[exit.job] = nil
    let exited = Exited(exit)
    forget(before: now - Self.doubt)
    told.append((nil, exited))
    outbox.append(.exited(exited))
  }

  private mutating func forget(before time: Instant) {
    told.removeAll { said in said.time.map { $0 < time } ?? false }
  }

  /// A job by its run, whatever the epoch; nil when it is not here.
  func job(ofRun run: String, epoch: Int64) -> JobID? {
    let id = JobID(runID: run, epoch: epoch)
    return held[id] == nil ? nil : id
  }

  /// Takes no more.
  mutating func drain() {
    guard !isDraining else { return }
    isDraining = true
    outbox.append(.draining(ConnectRequest.Draining()))
  }
}

extension Exited {
  /// As the server is told.
  init(_ exit: JobExit) {
    self.init(runID: exit.job.runID, epoch: exit.job.epoch, sessionID: exit.sessionID)
    switch exit.ending {
    case .exited(let code):
      exitCode = code
      switch ExecutorCode(rawValue: code) {
      case .unusable: message = "the executor could not use the job"
      case .fenced: message = "the run was not the executor's to begin"
      case .untold: message = "the server would not have the end of the run"
      case .told, nil: break
      }
    case .signalled(let number):
      signal = number
      message = "the executor was ended by signal \(number)"
    case .lost: message = "the executor was gone when the worker came back"
    }
  }
}

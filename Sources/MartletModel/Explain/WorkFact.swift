// Decides how what made it, the deployment, the pool, its queue and its workers stand in the way of a run.

/// Where a run of a deployment waits for a worker.
public struct WorkFact: Sendable, Equatable {
  /// Something that lets a number of runs be with workers at a time.
  public struct Bound: Sendable, Equatable {
    /// Its name; empty when it is gone.
    public var name: String
    /// Whether nothing of it is offered.
    public var isPaused: Bool
    /// How many runs; nil for any number.
    public var limit: Int64?
    /// How many are with workers.
    public var taken: Int64

    /// Makes a bound.
    public init(_ name: String, isPaused: Bool = false, limit: Int64? = nil, taken: Int64 = 0) {
      self.name = name
      self.isPaused = isPaused
      self.limit = limit
      self.taken = taken
    }
  }

  /// What has not let a run go to workers yet.
  public enum Hold: Sendable, Equatable {
    /// The scheduler; why the schedule of this name stands still, empty when it does not.
    case schedule(String, why: String)
    /// So many runs of the schedule of this name, which end first.
    case overlap(String, others: Int64)
    /// The backfill of this id, of which so many runs go on at a time, and so many do; its place among those that wait.
    case backfill(BackfillID, parallel: Int64, going: Int64, place: Int64)
  }

  /// That a worker sent it back.
  public struct Decline: Sendable, Equatable {
    /// The name of the worker.
    public var worker: String
    /// Why; may be empty.
    public var reason: String

    /// Notes a decline.
    public init(by worker: String, why reason: String) {
      self.worker = worker
      self.reason = reason
    }
  }

  /// What made it and has not let it go; nil when it was let go.
  public var hold: Hold?
  /// The deployment, as `flow/name`.
  public var deployment: Bound
  /// The pool.
  public var pool: Bound
  /// The queue.
  public var queue: Bound
  /// Its place among the runs of the queue that wait, 1 first.
  public var place: Int64
  /// What its worker must have.
  public var labels: [String: String]
  /// How many workers of the pool are online.
  public var online: Int64
  /// How many of them may have it.
  public var fitting: Int64
  /// Whether programs that serve deployments are the workers of the pool.
  public var isServed: Bool
  /// Runs of the pool that are with workers; not all of many.
  public var holders: [LimitFact.Holder]
  /// The last that sent it back since it was with a worker; nil for none.
  public var decline: Decline?

  /// Makes a fact.
  public init(
    hold: Hold? = nil, deployment: Bound, pool: Bound, queue: Bound, place: Int64 = 1,
    labels: [String: String] = [:], online: Int64 = 0, fitting: Int64 = 0, isServed: Bool = false,
    holders: [LimitFact.Holder] = []
  ) {
    self.hold = hold
    self.deployment = deployment
    self.pool = pool
    self.queue = queue
    self.place = place
    self.labels = labels
    self.online = online
    self.fitting = fitting
    self.isServed = isServed
    self.holders = holders
  }
}

extension WorkFact {
  /// The gates before a worker: what made it, the deployment, the pool, the queue.
  ///
  /// - Parameter isEarly: Whether its due time is still to come: until then nobody expects the scheduler.
  func gates(isEarly: Bool) -> [Gate] {
    let held = holdGate(isEarly: isEarly)
    return (held.map { [$0] } ?? []) + [
      gate(of: deployment, "deployment"), gate(of: pool, "pool", holders: holders),
      gate(of: queue, "queue", place: held == nil ? place : nil),
    ]
  }

  private func holdGate(isEarly: Bool) -> Gate? {
    switch hold {
    case nil: return nil
    case .schedule(let name, let why):
      if why.isEmpty, isEarly { return nil }
      return Gate(
        .pause, .closed,
        why.isEmpty
          ? "the scheduler has not let it go yet" : "its schedule is held back: \(why)",
        subject: "\(name) (schedule)",
        remedy: why.isEmpty ? "the scheduler comes to it" : "the schedule \(name) goes on")
    case .overlap(let name, let others):
      return Gate(
        .limit, .closed, "\(Self.counted(others, "run")) of its schedule before it",
        subject: "\(name) (schedule)",
        remedy: "the \(others == 1 ? "run" : "runs") before it of the schedule \(name) ended")
    case .backfill(let id, let parallel, let going, let place):
      return Gate(
        .limit, .closed, "\(going) of \(parallel) runs go on, place \(place) in line",
        subject: "\(id) (backfill)", remedy: "its turn in the backfill comes")
    }
  }

  /// Who may take it.
  var workerGate: Gate {
    let wanted = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    let subject = "workers of \(pool.name)"
    guard fitting == 0 else {
      return Gate(
        .owner, .closed, "\(Self.counted(fitting, "worker")) online may take it\(declined)",
        subject: subject, remedy: "a worker has room for it")
    }
    guard online > 0 else {
      return isServed
        ? Gate(
          .owner, .closed, "no program serves it", subject: subject,
          remedy: "a program that serves \(deployment.name) connects")
        : Gate(
          .owner, .closed, "no worker is online", subject: subject,
          remedy:
            "a worker of \(pool.name) connects, such as by `martlet worker start --pool \(pool.name)`"
        )
    }
    let need = wanted.isEmpty ? "none may take it" : "none has \(wanted.joined(separator: ", "))"
    return Gate(
      .owner, .closed, "\(online) online, \(need)\(declined)", subject: subject,
      remedy: wanted.isEmpty
        ? "a worker for its queue and its deployment connects"
        : "a worker with \(wanted.joined(separator: ", ")) connects")
  }

  private var declined: String {
    guard let decline else { return "" }
    return "; \(decline.worker) sent it back"
      + (decline.reason.isEmpty ? "" : ": \(decline.reason)")
  }

  private func gate(
    of bound: Bound, _ what: String, place: Int64? = nil, holders: [LimitFact.Holder] = []
  ) -> Gate {
    let subject = "\(bound.name) (\(what))"
    if bound.isPaused {
      return Gate(
        .pause, .closed, "its \(what) is paused", subject: subject,
        remedy: "somebody resumes the \(what) \(bound.name)")
    }
    let line = place.map { ", place \($0) in line" } ?? ""
    guard let limit = bound.limit else {
      return Gate(.limit, .open, "\(bound.taken) with workers\(line)", subject: subject)
    }
    var gate = Gate(
      .limit, .open, "\(bound.taken) of \(limit) slots taken\(line)", subject: subject)
    if bound.taken >= limit {
      gate.standing = .closed
      gate.remedy =
        limit == 0
        ? "somebody gives the \(what) \(bound.name) slots"
        : "a slot of the \(what) \(bound.name) comes free"
      gate.references = holders.map(\.reference)
    }
    return gate
  }

  private static func counted(_ count: Int64, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }
}

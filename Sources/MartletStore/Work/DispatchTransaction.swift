// Decides one round of handing out the runs of a pool: lock the pool, count what is taken, read what is ready, decide,
// mark. Rows of runs are not touched: the offers themselves are ordinary commands, submitted after the commit.

public import MartletModel
import MartletPostgres

/// A worker of this replica that would take runs.
public struct ReadyWorker: Sendable {
  /// Who it is and what it would take.
  public var worker: Dispatch.Worker
  /// The mark of its coming: nothing is offered here to one that came again elsewhere.
  public var seen: Instant

  /// Makes a worker.
  public init(_ worker: Dispatch.Worker, seen: Instant) {
    self.worker = worker
    self.seen = seen
  }
}

/// What one round of handing out came to.
public struct DispatchRound: Sendable, Equatable {
  /// A run that was taken to be offered.
  public struct Taken: Sendable, Equatable {
    /// The run.
    public var runID: RunID
    /// Its namespace.
    public var namespace: Namespace
    /// Who is to have it.
    public var workerID: WorkerID
    /// When the offer lapses.
    public var expireTime: Instant
    /// The mark of this hold: another one of the run has another.
    public var hold: Instant
  }

  /// What was taken, for the time that offering takes.
  public var taken: [Taken] = []
  /// What would have been taken, where nothing is.
  public var ready: [Dispatch.Item] = []
  /// Workers that were to have something, and leave or came again elsewhere.
  public var gone: Set<WorkerID> = []
  /// Whether another round may find more at once.
  public var mayHaveMore = false
  /// How long until the next run is ready; not above zero when one is that nobody could take, nil when none will be.
  public var nextReady: Interval?
}

/// One attempt to hand out.
struct DispatchTransaction {
  let pool: PoolID
  let workers: [ReadyWorker]
  /// Runs that are not to be offered now.
  let excluded: [RunID]
  /// The most runs of one round.
  let limit: Int
  /// Whether it is only asked what there is: nothing is taken.
  var isLook = false

  /// How long offering may take; then others may take the run.
  static let hold = Interval.seconds(15)
  /// How long a worker has to accept.
  static let patience = Interval.seconds(15)
  /// How soon to look again for runs of a deployment that somebody else holds.
  private static let contention = Interval.milliseconds(5)

  func run(on connection: PostgresConnection) throws -> DispatchRound {
    try connection.transaction { pipeline in
      var round = DispatchRound()
      let locking = try pipeline.execute(SQL.lockDispatch) { $0.bind(pool) }
      try pipeline.execute(SQL.moveStrays) { $0.bind(pool) }
      try pipeline.execute(SQL.releaseLapsedHolds)
      let counting = try pipeline.execute(SQL.readDispatchQueues) { $0.bind(pool) }
      var isOpen = false
      var limit: Int64?
      try pipeline.receive(locking).forEach { row throws(PostgresError) in
        limit = try row.optional(0)
        isOpen = !(try row.get(1, as: Bool.self))
      }
      var taken: Int64 = 0
      var queues: [Dispatch.Queue] = []
      try pipeline.receive(counting).forEach { row throws(PostgresError) in
        let inUse = try row.get(5, as: Int64.self)
        taken += inUse
        let isPaused = try row.get(4, as: Bool.self)
        let most = try row.optional(3, as: Int64.self)
        let queue = Dispatch.Queue(
          id: try row.get(0), name: try row.get(1), priority: try row.get(2),
          room: isPaused ? 0 : most.map { $0 - inUse })
        if queue.room.map({ $0 > 0 }) ?? true, isWanted(queue) { queues.append(queue) }
      }
      guard isOpen else { return round }
      let room = limit.map { $0 - taken }
      let credit = workers.reduce(0) { $0 + $1.worker.credit }
      let most = min(Int64(min(self.limit, credit)), room ?? .max)
      guard most > 0, !queues.isEmpty else { return round }
      let ready = try ready(in: queues, most: most, on: pipeline)
      let (deploymentRoom, isContended) = try lockRoom(of: ready.limited, on: pipeline)
      var dispatch = Dispatch(
        room: most, queues: queues, deploymentRoom: deploymentRoom, workers: workers.map(\.worker))
      let assignments = dispatch.serve(ready.items)
      if isLook {
        let items = Dictionary(
          ready.items.map { ($0.runID, $0) }, uniquingKeysWith: { first, _ in first })
        round.ready = assignments.compactMap { items[$0.runID] }
        return round
      }
      try mark(assignments, in: &round, on: pipeline)
      round.mayHaveMore = !round.taken.isEmpty && ready.items.count >= most
      round.nextReady =
        try pipeline.query(SQL.nextReadyItem) { $0.bindArray(queues.map(\.id)) }
        .first { row throws(PostgresError) in try row.optional(0, as: Interval.self) } ?? nil
      if isContended { round.nextReady = Self.contention }
      return round
    }
  }

  /// Whether a worker takes runs of a queue.
  private func isWanted(_ queue: Dispatch.Queue) -> Bool {
    workers.contains { $0.worker.queues.isEmpty || $0.worker.queues.contains(queue.name) }
  }

  /// What is ready, with the deployments whose room must be known.
  private func ready(
    in queues: [Dispatch.Queue], most: Int64, on pipeline: borrowing Pipeline
  ) throws -> (items: [Dispatch.Item], limited: Set<DeploymentID>) {
    var ready = ReadyItems()
    let profiles = Set(workers.map { Self.profile($0.worker) }).sorted()
    try ready.add(
      pipeline.query(SQL.readReadyItems) {
        bind(queues, most: most, profiles, to: &$0)
        $0.bind(Self.look(for: most))
      })
    let deep = queues.filter { ready.deep.contains($0.id) }
    if !deep.isEmpty {
      ready.items.removeAll { ready.deep.contains($0.queueID) }
      try ready.add(
        pipeline.query(SQL.readReadyKinds) { bind(deep, most: most, profiles, to: &$0) })
    }
    return (ready.items, ready.limited)
  }

  private func bind(
    _ queues: [Dispatch.Queue], most: Int64, _ profiles: [String], to buffer: inout ParameterBuffer
  ) {
    buffer.bindArray(queues.map(\.id))
    buffer.bindArray(queues.map(\.name))
    buffer.bindArray(queues.map { min(most, $0.room ?? .max) })
    buffer.bindArray(profiles.map { PostgresJSON($0) })
    buffer.bindArray(excluded)
  }

  /// How many runs in front of a queue are looked at before their kinds are.
  private static func look(for most: Int64) -> Int64 { 2 * most + 200 }

  /// Reads the room of deployments with a limit once nobody else hands out their runs, of whichever pool.
  /// - Returns: The room, and whether somebody does at this moment: those have none here.
  private func lockRoom(
    of limited: Set<DeploymentID>, on pipeline: borrowing Pipeline
  ) throws -> (room: [DeploymentID: Int64], isContended: Bool) {
    if limited.isEmpty { return ([:], false) }
    let deployments = limited.sorted()
    let locked = try pipeline.query(SQL.lockLimitedDeployments) { $0.bindArray(deployments) }
      .map { row throws(PostgresError) in try row.get(0, as: DeploymentID.self) }
    var room = Dictionary(deployments.map { ($0, Int64(0)) }, uniquingKeysWith: { _, last in last })
    if !locked.isEmpty {
      try pipeline.query(SQL.readDeploymentRoom) { $0.bindArray(locked) }
        .forEach { row throws(PostgresError) in room[try row.get(0)] = try row.get(1) }
    }
    return (room, locked.count < deployments.count)
  }

  private func mark(
    _ assignments: [Dispatch.Assignment], in round: inout DispatchRound,
    on pipeline: borrowing Pipeline
  ) throws {
    if assignments.isEmpty { return }
    let seen = Dictionary(
      workers.map { ($0.worker.id, $0.seen) }, uniquingKeysWith: { first, _ in first })
    let worker = Dictionary(
      assignments.map { ($0.runID, $0.workerID) }, uniquingKeysWith: { first, _ in first })
    let rows = try pipeline.query(SQL.markOffers) {
      $0.bindArray(assignments.map(\.runID))
      $0.bindArray(assignments.map(\.workerID))
      $0.bindArray(assignments.map { seen[$0.workerID] ?? .epoch })
      $0.bind(Self.hold)
      $0.bind(Self.patience)
    }
    var marked: Set<RunID> = []
    try rows.forEach { row throws(PostgresError) in
      let run = try row.get(0, as: RunID.self)
      guard let workerID = worker[run] else { return }
      marked.insert(run)
      round.taken.append(
        .init(
          runID: run, namespace: try row.get(2), workerID: workerID, expireTime: try row.get(1),
          hold: try row.get(3)))
    }
    round.gone = Set(assignments.filter { !marked.contains($0.runID) }.map(\.workerID))
  }

  /// What the statement looks at to tell whether a worker may have a run.
  private static func profile(_ worker: Dispatch.Worker) -> String {
    func texts(_ values: [String]) -> JSONValue { .array(values.sorted().map { .string($0) }) }
    var members: [(key: String, value: JSONValue)] = [
      (
        "l",
        .object(
          worker.labels.sorted { $0.key < $1.key }.map { (key: $0.key, value: .string($0.value)) })
      )
    ]
    if worker.isExclusive { members.append(("x", .bool(true))) }
    if !worker.queues.isEmpty { members.append(("q", texts(worker.queues))) }
    if !worker.deployments.isEmpty { members.append(("d", texts(worker.deployments))) }
    return JSONValue.object(members).text
  }
}

/// What was read of a round.
private struct ReadyItems {
  var items: [Dispatch.Item] = []
  /// Deployments of them that have a limit.
  var limited: Set<DeploymentID> = []
  /// Queues that go on behind what was looked at.
  var deep: Set<QueueID> = []

  /// Adds the rows of `read_ready_items` or `read_ready_kinds`.
  mutating func add(_ rows: borrowing PostgresRows) throws {
    try rows.forEach { row throws(PostgresError) in
      let queue = try row.get(1, as: QueueID.self)
      guard let run = try row.optional(0, as: RunID.self) else {
        deep.insert(queue)
        return
      }
      let deployment = try row.get(2, as: DeploymentID.self)
      items.append(
        Dispatch.Item(
          runID: run, queueID: queue, deploymentID: deployment,
          deployment: try row.optional(3) ?? "", due: try row.get(4),
          labels: try labels(row.get(5))))
      if try row.get(6, as: Bool.self) { limited.insert(deployment) }
    }
  }
}

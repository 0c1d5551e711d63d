// Decides who gets what: runs that are ready, in the order of their queues' priorities and of their due times, to workers
// that may and would take them, within the limits of pool, queues and deployments.

/// One round of handing out the runs of a pool.
public struct Dispatch: Sendable {
  /// A run that is due and waits for a worker.
  public struct Item: Sendable, Equatable {
    /// The run.
    public var runID: RunID
    /// Its queue.
    public var queueID: QueueID
    /// Its deployment.
    public var deploymentID: DeploymentID
    /// The deployment as `flow/name`.
    public var deployment: String
    /// When it was due.
    public var due: Instant
    /// What its worker must have.
    public var labels: [String: String]

    /// Makes an item.
    public init(
      runID: RunID, queueID: QueueID, deploymentID: DeploymentID, deployment: String = "",
      due: Instant, labels: [String: String] = [:]
    ) {
      self.runID = runID
      self.queueID = queueID
      self.deploymentID = deploymentID
      self.deployment = deployment
      self.due = due
      self.labels = labels
    }
  }

  /// A queue of the pool.
  public struct Queue: Sendable, Equatable {
    /// The queue.
    public var id: QueueID
    /// Its name.
    public var name: String
    /// 1 is served first.
    public var priority: Int32
    /// How many more of its runs may be taken; nil for any number.
    public var room: Int64?

    /// Makes a queue.
    public init(id: QueueID, name: String, priority: Int32, room: Int64?) {
      self.id = id
      self.name = name
      self.priority = priority
      self.room = room
    }
  }

  /// A worker that would take runs.
  public struct Worker: Sendable, Equatable {
    /// The worker.
    public var id: WorkerID
    /// How many more runs it would take.
    public var credit: Int
    /// What it has.
    public var labels: [String: String]
    /// Only runs of these queues, by name; all when empty.
    public var queues: [String]
    /// Only runs of these deployments, by id or `flow/name`; all when empty.
    public var deployments: [String]
    /// Runs that it declined lately.
    public var declined: Set<RunID>
    /// Only runs that ask for all that it has.
    public var isExclusive: Bool

    /// Makes a worker.
    public init(
      id: WorkerID, credit: Int, labels: [String: String] = [:], queues: [String] = [],
      deployments: [String] = [], declined: Set<RunID> = [], isExclusive: Bool = false
    ) {
      self.id = id
      self.credit = credit
      self.labels = labels
      self.queues = queues
      self.deployments = deployments
      self.declined = declined
      self.isExclusive = isExclusive
    }
  }

  /// A run and the worker that it is offered to.
  public struct Assignment: Sendable, Hashable {
    /// The run.
    public var runID: RunID
    /// The worker.
    public var workerID: WorkerID

    /// Makes an assignment.
    public init(_ runID: RunID, _ workerID: WorkerID) {
      self.runID = runID
      self.workerID = workerID
    }
  }

  /// How many more runs of the pool may be taken; nil for any number.
  public var room: Int64?
  /// The queues that are served.
  public var queues: [Queue]
  /// How many more runs of deployments with a limit may be taken.
  public var deploymentRoom: [DeploymentID: Int64]
  /// The workers.
  public var workers: [Worker]

  /// Begins a round.
  public init(
    room: Int64? = nil, queues: [Queue], deploymentRoom: [DeploymentID: Int64] = [:],
    workers: [Worker]
  ) {
    self.room = room
    self.queues = queues
    self.deploymentRoom = deploymentRoom
    self.workers = workers
  }

  /// Hands out what is ready. Of the workers that may take a run, the one that would take the most has it.
  public mutating func serve(_ items: [Item]) -> [Assignment] {
    let places = Dictionary(
      queues.enumerated().map { ($0.element.id, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    var kinds: [Kind: [Int]] = [:]
    var assignments: [Assignment] = []
    for item in ordered(items, places) {
      if let room, room <= 0 { break }
      guard let place = places[item.queueID] else { continue }
      if let room = queues[place].room, room <= 0 { continue }
      if let room = deploymentRoom[item.deploymentID], room <= 0 { continue }
      let kind = Kind(item)
      let fitting =
        kinds[kind] ?? workers.indices.filter { workers[$0].fits(item, queues[place].name) }
      kinds[kind] = fitting
      let taker = fitting.filter {
        workers[$0].credit > 0 && !workers[$0].declined.contains(item.runID)
      }
      .max { (workers[$0].credit, $1) < (workers[$1].credit, $0) }
      guard let taker else { continue }
      workers[taker].credit -= 1
      if let left = room { room = left - 1 }
      if let left = queues[place].room { queues[place].room = left - 1 }
      if let left = deploymentRoom[item.deploymentID] {
        deploymentRoom[item.deploymentID] = left - 1
      }
      assignments.append(Assignment(item.runID, workers[taker].id))
    }
    return assignments
  }

  /// By priority, due time and id.
  private func ordered(_ items: [Item], _ places: [QueueID: Int]) -> [Item] {
    func key(_ item: Item) -> Int32 { places[item.queueID].map { queues[$0].priority } ?? .max }
    return items.sorted {
      (key($0), $0.due, $0.runID) < (key($1), $1.due, $1.runID)
    }
  }

  /// What decides which workers may take a run.
  private struct Kind: Hashable {
    var queueID: QueueID
    var deploymentID: DeploymentID
    var labels: [String: String]

    init(_ item: Item) {
      queueID = item.queueID
      deploymentID = item.deploymentID
      labels = item.labels
    }
  }
}

extension Dispatch.Worker {
  /// Whether it may take runs of this kind.
  func fits(_ item: Dispatch.Item, _ queue: String) -> Bool {
    (queues.isEmpty || queues.contains(queue))
      && (deployments.isEmpty || deployments.contains(item.deployment)
        || deployments.contains(item.deploymentID.description))
      && (isExclusive
        ? item.labels == labels : item.labels.allSatisfy { labels[$0.key] == $0.value })
  }
}

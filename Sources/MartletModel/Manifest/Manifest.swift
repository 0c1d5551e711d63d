// Decides what files can declare: deployments, pools with their queues, limits and variables. What is nil was not said,
// and stays on the server as it is.

/// What files declare.
public struct Manifest: Sendable, Equatable {
  /// Who owns what is declared: what an `apply` of this owner made, it may prune.
  public var name: String?
  /// Deployments, in the order of the files.
  public var deployments: [DeploymentManifest] = []
  /// Pools.
  public var pools: [PoolManifest] = []
  /// Limits.
  public var limits: [LimitManifest] = []
  /// Variables.
  public var variables: [VariableManifest] = []
  /// Steps that are taken before deployments are made, and their outputs put into templates.
  public var build: [BuildStep] = []

  /// Declares nothing.
  public init() {}
}

/// What is run, where, when and with what.
public struct DeploymentManifest: Sendable, Equatable {
  /// What is run.
  public enum Work: Sendable, Hashable {
    /// A function of a Python file: `flows/etl.py:main`.
    case entrypoint(String)
    /// A program and its arguments.
    case command([String])
    /// A line for the shell.
    case script(String)
  }

  /// What happens to a run that finds its deployment's slots taken.
  public enum Collision: String, Sendable, Hashable, CaseIterable {
    /// It waits.
    case enqueue = "ENQUEUE"
    /// It is cancelled.
    case cancelNew = "CANCEL_NEW"
  }

  /// Its name; unique within the flow.
  public var name: String
  /// The flow; nil is read from the entrypoint, or is the deployment's name.
  public var flow: String?
  /// What is run.
  public var work: Work?
  /// The pool that runs it.
  public var pool: String?
  /// The queue of the pool.
  public var queue: String?
  /// What differs from the pool's template.
  public var jobVariables: JSONMembers?
  /// Parameters of its runs.
  public var parameters: JSONMembers?
  /// What parameters may be.
  public var parameterSchema: JSON?
  /// Whether others are refused.
  public var enforcesSchema: Bool?
  /// The image of its container.
  public var image: String?
  /// Labels that its workers have.
  public var workerLabels: [String: String]?
  /// How long a run may take.
  public var timeout: Interval?
  /// How its runs go.
  public var runs = RunPolicyManifest()
  /// When it runs by itself.
  public var schedules: [ScheduleManifest]?
  /// What a worker does before it starts a run.
  public var pull: [PullStepManifest]?
  /// How many runs go on at the same time.
  public var concurrencyLimit: Int?
  /// What becomes of a run that finds its slots taken.
  public var collision: Collision?
  /// As its author counts.
  public var version: String?
  /// For people.
  public var description: String?
  /// For finding its things.
  public var tags: [String]?
  /// For finding it.
  public var labels: [String: String]?
  /// Whether its schedules rest.
  public var isPaused: Bool?

  /// Declares a deployment of which nothing but the name is said.
  public init(name: String) { self.name = name }
}

/// When a deployment runs by itself.
public struct ScheduleManifest: Sendable, Equatable {
  /// The rules, as they are written.
  public enum Rule: Sendable, Hashable {
    /// Times by fields.
    case cron(String, isEitherDay: Bool)
    /// Without an anchor the server takes the time of its making.
    case interval(Interval, anchor: Instant?)
    /// Times by RFC 5545.
    case recurrence(String)
  }

  /// What it is called within its deployment; nil is called by its rule.
  public var name: String?
  /// The rule.
  public var rule: Rule
  /// The zone; nil is the one that the rule names, or UTC.
  public var zone: String?
  /// What happens when the clock changes.
  public var clock: LocalTimePolicy?
  /// Whether it fires.
  public var isActive: Bool?
  /// Parameters of its runs, over those of the deployment.
  public var parameters: JSONMembers?
  /// What happens to occurrences that were missed.
  public var catchUp: CatchUp?
  /// What happens to occurrences that overlap.
  public var overlap: Overlap?
  /// How far runs are spread.
  public var jitter: Interval?
  /// Nothing fires before.
  public var start: Instant?
  /// Nothing fires from here on.
  public var end: Instant?

  /// Declares a schedule of which nothing but the rule is said.
  public init(_ rule: Rule) { self.rule = rule }
}

/// A pool of workers.
public struct PoolManifest: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What its workers start: `process`.
  public var type: String?
  /// For people.
  public var description: String?
  /// How many runs go on at the same time.
  public var limit: Int?
  /// Whether nothing is offered.
  public var isPaused: Bool?
  /// What its runs are started with: the variables and the template.
  public var template: JSON?
  /// Its queues, besides `default`.
  public var queues: [QueueManifest]?

  /// Declares a pool of which nothing but the name is said.
  public init(name: String) { self.name = name }
}

/// A queue of a pool.
public struct QueueManifest: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// 1 is served first.
  public var priority: Int?
  /// How many runs go on at the same time.
  public var limit: Int?
  /// For people.
  public var description: String?
  /// Whether nothing is offered.
  public var isPaused: Bool?

  /// Declares a queue of which nothing but the name is said.
  public init(name: String) { self.name = name }
}

/// A limit of what goes on at the same time.
public struct LimitManifest: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// How many slots it has.
  public var slots: Int
  /// Slots that come back each second.
  public var decay: Double?
  /// For people.
  public var description: String?
  /// Whether it refuses nobody.
  public var isDisabled: Bool?

  /// Declares a limit.
  public init(name: String, slots: Int) {
    self.name = name
    self.slots = slots
  }
}

/// A value that programs share.
public struct VariableManifest: Sendable, Equatable {
  /// Its name.
  public var name: String
  /// What it is.
  public var value: JSON
  /// For finding its things.
  public var tags: [String]?

  /// Declares a variable.
  public init(name: String, value: JSON, tags: [String]? = nil) {
    self.name = name
    self.value = value
    self.tags = tags
  }
}

// Decides what a run of a deployment is: the part of a deployment that has versions.

/// What a run of a deployment is.
public struct DeploymentSpec: Sendable, Equatable {
  /// The version as its author counts; may be empty.
  public var versionName = ""
  /// The pool whose workers run it; empty for programs that serve the deployment in place.
  public var pool = ""
  /// The queue of the pool; its default queue when empty.
  public var queue = ""
  /// What a worker must have.
  public var workerLabels: [String: String] = [:]
  /// What to execute; nil for what the pool's template says, or what a program that serves knows.
  public var executable: Executable?
  /// The image of its container; may be empty.
  public var image = ""
  /// How the code comes to where it runs, in order.
  public var pullSteps: [PullStep] = []
  /// Values for the pool's template, over its defaults.
  public var jobVariables = JSONMembers()
  /// Parameters that its runs have unless told otherwise.
  public var parameters = JSONMembers()
  /// The JSON schema of the parameters; nil when none is known.
  public var parameterSchema: JSONMembers?
  /// Whether parameters that do not fit the schema are let pass.
  public var allowsAnyParameters = false
  /// Tags of its runs.
  public var tags: [String] = []
  /// Labels of its runs.
  public var runLabels: [String: String] = [:]
  /// How its runs are tried again; nil for not at all.
  public var retry: RetryPolicy?
  /// How long its runs may be RUNNING at a time; nil for ever.
  public var timeout: Interval?
  /// What becomes of its runs when their owner is lost.
  public var loss = LossPolicy.crash
  /// Slots that its runs hold while they are RUNNING.
  public var limits: [SlotNeed] = []
  /// What clients keep with it, for themselves.
  public var annotations = JSONMembers()

  /// The pool of deployments that name none: programs take their runs that serve them in place.
  public static let servedPool = "served"
  /// The queue of deployments that name none.
  public static let defaultQueue = "default"

  /// A specification that says nothing.
  public init() {}

  /// The pool, by the name that it has in the database.
  public var poolName: String { pool.isEmpty ? Self.servedPool : pool }
  /// The queue, by the name that it has in the database.
  public var queueName: String { queue.isEmpty ? Self.defaultQueue : queue }
}

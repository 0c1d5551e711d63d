// Decides what a run looks like when it is read: both rows and the current state in full.

public import MartletModel
import MartletPostgres

/// A run as it is stored.
public struct RunRecord: Sendable, Equatable {
  /// What it was created with, as edited since.
  public var content: NewRun
  /// Where it stands: epoch, owner, counts and times.
  public var snapshot: RunSnapshot
  /// Its current state with message and data.
  public var state: RunState
  /// What its pauses ask for and were given, oldest first; empty in lists.
  public var pauses: [RunPause] = []
  /// When the reporter says it entered that state.
  public var observedTime: Instant?
  /// When it was created.
  public var createTime: Instant
  /// Raised by every edit of name, labels or tags.
  public var etag: Int64
  /// What ties it to its deployment; nil for a run of none.
  public var work: RunWork?
  /// Who took it in from elsewhere, when others are said to be its makers; nil in lists.
  public var importer: String?

  /// The run.
  public var id: RunID { snapshot.id }
  /// Its namespace.
  public var namespace: Namespace { snapshot.namespace }
}

/// What is kept of a pause beside the history.
public struct RunPause: Sendable, Equatable {
  /// The key; may be empty.
  public var key: String
  /// The JSON schema of the input; nil when none is asked for.
  public var inputSchema: String?
  /// The input that resumed it, JSON text; nil when there was none.
  public var input: String?

  /// Makes what is kept of a pause.
  public init(key: String, inputSchema: String? = nil, input: String? = nil) {
    self.key = key
    self.inputSchema = inputSchema
    self.input = input
  }

  /// Reads the pauses of a run as `get_runs` gathers them.
  static func all(_ document: PostgresJSON?) throws(PostgresError) -> [RunPause] {
    guard let document else { return [] }
    return try JSONValue(document).elements.map { pause in
      let parts = pause.elements
      return RunPause(
        key: parts[0].string ?? "", inputSchema: parts[1].string, input: parts[2].string)
    }
  }
}

extension RunRecord {
  /// Reads a row with the columns of `get_runs`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    let timeout: Int64? = try row.optional(12)
    let heartbeat: Int64? = try row.optional(13)
    let parameters: PostgresJSON? = try row.optional(8)
    let policy = try RunPolicy(row.optional(34))
    content = NewRun(
      kind: try row.get(2), name: try row.get(3), definition: try row.get(4),
      definitionVersion: try row.get(5), parentID: try row.optional(6),
      dueTime: try row.optional(7), parameters: parameters?.text ?? "",
      dependencies: try NewRun.dependencies(row.optional(9)),
      labels: try labels(row.get(10)), tags: try row.array(11),
      timeout: timeout.map(Interval.init(microseconds:)), retry: policy.retry, loss: policy.loss,
      limits: policy.limits,
      heartbeatInterval: heartbeat.map(Interval.init(microseconds:)), createdBy: try row.get(14),
      traceParent: try row.get(15))
    createTime = try row.get(16)
    etag = try row.get(17)
    let type: StateType = try row.get(20)
    let name: String = try row.get(21)
    snapshot = RunSnapshot(
      id: try row.get(0), namespace: try row.get(1), kind: content.kind,
      parentID: content.parentID, rootID: try row.get(18), contentDigest: try row.get(19),
      stateType: type, stateName: name, epoch: try row.get(22), executionID: try row.optional(23),
      sessionID: try row.optional(24), lastSeq: try row.get(25), revision: try row.get(26),
      attempt: try row.get(27), startTime: try row.optional(28), endTime: try row.optional(29),
      transitionTime: try row.get(30), runningTime: try row.get(31),
      isPresumptive: try row.get(32), dueTime: try row.optional(33), policy: policy,
      tally: try RunTally(row.optional(35)))
    let detail: PostgresJSON? = try row.optional(37)
    state = RunState(
      type, name: name, message: try row.optional(36) ?? "",
      json: try detail.map { document throws(PostgresError) in try JSONValue(document) })
    observedTime = try row.optional(38)
    pauses = try RunPause.all(row.optional(39))
    importer = try row.optional(40)
    work = try RunWork(row, from: 41)
  }
}

extension RunWork {
  /// Reads what `get_runs` has of the deployment of a run.
  fileprivate init?(_ row: borrowing PostgresRow, from first: Int) throws(PostgresError) {
    guard let deployment: DeploymentID = try row.optional(first) else { return nil }
    var tick: Placement.Tick?
    if let schedule: ScheduleID = try row.optional(first + 4) {
      tick = Placement.Tick(scheduleID: schedule, time: try row.get(first + 5))
    }
    self.init(
      deploymentID: deployment, version: try row.get(first + 1),
      pool: try row.optional(first + 2) ?? "", queue: try row.optional(first + 3) ?? "",
      tick: tick, backfillID: try row.optional(first + 6),
      jobVariables: try row.optional(first + 7) ?? "", worker: try row.optional(first + 8) ?? "")
  }
}

/// Reads a JSON object of strings.
func labels(_ document: PostgresJSON) throws(PostgresError) -> [String: String] {
  var labels: [String: String] = [:]
  for (key, value) in try JSONValue(document).members { labels[key] = value.string ?? value.text }
  return labels
}

/// Writes a JSON object of strings, in the order of the keys.
func json(_ labels: [String: String]) -> PostgresJSON {
  if labels.isEmpty { return PostgresJSON("{}") }
  let members = labels.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
  return PostgresJSON(JSONValue.object(members.map { (key: $0.0, value: $0.1) }).text)
}

extension NewRun {
  /// The dependencies as a JSON array; nil when there are none.
  var dependencyJSON: PostgresJSON? {
    guard !dependencies.isEmpty else { return nil }
    let values = dependencies.map { edge in
      JSONValue.object([
        ("run", .string(edge.runID.description)), ("parameter", .string(edge.parameter)),
        ("data", .bool(edge.isData)),
      ])
    }
    return PostgresJSON(JSONValue.array(values).text)
  }

  /// Reads what `dependencyJSON` wrote.
  static func dependencies(
    _ document: PostgresJSON?
  ) throws(PostgresError) -> [Dependency] {
    guard let document else { return [] }
    return try JSONValue(document).elements.compactMap { edge in
      guard let id = edge["run"]?.string.flatMap({ RunID($0) }) else { return nil }
      return Dependency(
        runID: id, parameter: edge["parameter"]?.string ?? "", isData: edge["data"]?.bool ?? false)
    }
  }
}

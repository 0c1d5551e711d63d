// Decides how the graph of a flow run is shown to Prefect: its tasks and subflows, what each takes from which, and which of
// them enclose others.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// The most nodes of a graph.
  private static let mostNodes = 10_000
  /// The parameter under which Prefect's client names the tasks that enclose a task.
  private static let enclosing = "__parents__"

  func readFlowRunGraph(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    let run = try await run(id, .flow, request.context)
    let since = request.query["since"].flatMap { Instant(anyForm: $0) }
    let (nodes, edges) = try await graph(of: id, request.context)
    let known = Set(nodes.map(\.id))
    // Inputs name a subflow by the task run that stands for it.
    func node(_ id: String) -> String? {
      if known.contains(id) { return id }
      return UUIDValue(text: id).map(\.twin.text).flatMap { known.contains($0) ? $0 : nil }
    }
    var parents: [String: [String]] = [:]
    var children: [String: [String]] = [:]
    var enclosing: [String: [String]] = [:]
    for edge in edges where edge.kind != .child {
      guard known.contains(edge.toID), let from = node(edge.fromID) else { continue }
      if edge.parameter == Self.enclosing {
        enclosing[edge.toID, default: []].append(from)
      } else if parents[edge.toID]?.contains(from) != true {
        parents[edge.toID, default: []].append(from)
        children[from, default: []].append(edge.toID)
      }
    }
    func list(_ ids: [String]?) -> JSON {
      .array((ids ?? []).map { .object([("id", .text($0))]) })
    }
    var roots: [UUIDValue] = []
    var shown: [[JSON]] = []
    // In the order in which they began.
    func begin(_ node: RunNode) -> Instant {
      node.times?.startTime.map(Instant.init) ?? .epoch
    }
    for found in nodes.sorted(by: { (begin($0), $0.id) < (begin($1), $1.id) }) {
      guard let id = UUIDValue(text: found.id), let type = StateVocabulary.prefect(found.stateType),
        let start = found.times?.startTime.map(Instant.init)
      else { continue }
      let end = found.times?.endTime.map(Instant.init)
      if let since, let end, end < since { continue }
      if parents[found.id] == nil { roots.append(id) }
      let node = JSON.object([
        ("kind", .text(found.kind == .flow ? "flow-run" : "task-run")), ("id", id.json),
        ("label", .text(found.name)), ("state_type", type.json), ("start_time", start.json),
        ("end_time", end?.json ?? .null), ("parents", list(parents[found.id])),
        ("children", list(children[found.id])), ("encapsulating", list(enclosing[found.id])),
        ("artifacts", .array([])),
      ])
      shown.append([id.json, node])
    }
    let times = run.times ?? Times()
    var graph = Shape.Graph(
      rootNodeIDs: roots, nodes: shown, artifacts: [],
      states: try await states(of: run, request.context))
    graph.startTime = (times.startTime ?? times.expectedTime ?? times.createTime).map(Instant.init)
    graph.endTime = times.endTime.map(Instant.init)
    return .ok(graph)
  }

  /// The tasks of a flow run with what each of them takes from which.
  func readDependencies(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    _ = try await run(id, .flow, request.context)
    var list = ListRunsRequest()
    list.filter = "parent_id = \"\(id.text)\""
    list.orderBy = "id"
    list.pageSize = 1000
    var shown: [Shape.DependencyResult] = []
    repeat {
      let page = try await services.runs.listRuns(list, context: request.context)
      for task in try Self.shown(page.runs) {
        let upstream = (task.taskInputs ?? [:]).values.flatMap { $0 }
          .compactMap { try? Shape.TaskRunResult($0, at: []) }
        var result = Shape.DependencyResult(
          id: task.id, name: task.name ?? "", upstreamDependencies: upstream,
          untrackableResult: task.state?.stateDetails?.untrackableResult ?? false)
        result.state = task.state
        result.expectedStartTime = task.expectedStartTime
        result.startTime = task.startTime
        result.endTime = task.endTime
        result.totalRunTime = task.totalRunTime
        result.estimatedRunTime = task.estimatedRunTime
        shown.append(result)
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty && shown.count < Self.mostNodes
    return .ok(shown)
  }

  private func graph(
    of id: UUIDValue, _ context: CallContext
  ) async throws -> (nodes: [RunNode], edges: [RunEdge]) {
    var nodes: [RunNode] = []
    var edges: [RunEdge] = []
    var ask = GetRunGraphRequest(runID: id.text, maxDepth: 1, pageSize: 5000)
    repeat {
      let page = try await services.runs.getRunGraph(ask, context: context)
      nodes += page.nodes.filter { $0.depth == 1 }
      edges += page.edges
      ask.pageToken = page.nextPageToken
      guard nodes.count <= Self.mostNodes else {
        throw PrefectFailure(
          400, "The graph of flow run \(id.text) has more than \(Self.mostNodes) nodes.")
      }
    } while !ask.pageToken.isEmpty
    return (nodes, edges)
  }

  private func states(of run: Run, _ context: CallContext) async throws -> [Shape.GraphState] {
    return try await services.history(of: run.id, context).compactMap { transition in
      let state = Shape.State(
        transition.to ?? State(), of: run.id, kind: run.kind, revision: transition.revision)
      guard let timestamp = state.timestamp else { return nil }
      return Shape.GraphState(
        id: state.id, timestamp: timestamp, type: state.type, name: state.name ?? "")
    }
  }
}

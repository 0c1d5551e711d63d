// Decides how nodes and edges of a tree of runs are shown.

internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunNode {
  /// A node as it is stored.
  init(_ node: TreeNode) {
    self.init()
    id = node.id.description
    parentID = node.parentID?.description ?? ""
    kind = node.kind == .flow ? .flow : .task
    name = node.name
    definition = node.definition
    depth = node.depth
    stateType = node.stateType.proto
    stateName = node.stateName
    attempt = node.attempt
    hasResult = node.hasResult
    var times = Times()
    times.createTime = node.createTime.timestamp
    times.expectedTime = node.dueTime?.timestamp
    times.startTime = node.startTime?.timestamp
    times.endTime = node.endTime?.timestamp
    if node.runningTime > .zero { times.runningTime = node.runningTime.duration }
    self.times = times
  }
}

extension RunEdge {
  /// The edges that lead to a node: from its parent, unless it is the top, and from what it depends on.
  static func edges(into node: TreeNode) -> [RunEdge] {
    let id = node.id.description
    var edges: [RunEdge] = []
    if node.depth > 0, let parent = node.parentID {
      edges.append(RunEdge(kind: .child, fromID: parent.description, toID: id))
    }
    for dependency in node.dependencies {
      edges.append(
        RunEdge(
          kind: dependency.isData ? .data : .order, fromID: dependency.runID.description, toID: id,
          parameter: dependency.parameter))
    }
    return edges
  }
}

// Decides how a tree of runs is drawn as text: indented, each run with a bar on the time line of the whole.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct RunGraph: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph", abstract: "Draw a run and the runs below it on a time line.")
  @OptionGroup var reference: RunReference
  @Option(help: "At most this many levels below the run.")
  var depth: Int = 32
  @Option(help: "At most this many runs.")
  var limit: Int = 1000
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  func validate() throws {
    guard (1...100).contains(depth) else { throw ValidationError("--depth must be from 1 to 100") }
    guard limit > 0 else { throw ValidationError("--limit must be more than 0") }
  }

  func run() async throws {
    try await Connection.use(connection) { connection in
      var request = GetRunGraphRequest()
      request.namespace = connection.namespace
      request.runID = try await connection.find(reference.run).id
      request.maxDepth = Int32(depth)
      var graph = GetRunGraphResponse()
      repeat {
        request.pageSize = Int32(min(5000, limit - graph.nodes.count))
        let page = try await connection.client.runs.getRunGraph(request)
        graph.nodes += page.nodes
        graph.edges += page.edges
        graph.time = page.time
        graph.nextPageToken = page.nextPageToken
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty && graph.nodes.count < limit
      switch format.output {
      case .document(let notation): try notation.print(graph)
      case .name: for node in graph.nodes { Terminal.standard.line(node.id) }
      case .table:
        Terminal.standard.write(RunTimeline(graph).render(for: .standard))
        if !graph.nextPageToken.isEmpty {
          complain("martlet: there are more runs; show them with --limit")
        }
      }
      return nil
    }
  }
}

/// The drawing of a tree of runs.
struct RunTimeline {
  private let graph: GetRunGraphResponse
  /// How many characters the time line has.
  private static let columns = 32

  init(_ graph: GetRunGraphResponse) { self.graph = graph }

  /// The lines of the drawing.
  func render(for terminal: Terminal) -> String {
    let now = graph.time ?? .now
    let begin = graph.nodes.compactMap { $0.times?.startTime }.min { $0.interval(since: $1) < 0 }
    let end = graph.nodes.compactMap { node in
      node.times?.startTime == nil ? nil : node.times?.endTime ?? now
    }.max { $0.interval(since: $1) < 0 }
    let names = Dictionary(
      graph.nodes.map { ($0.id, $0.definition) }, uniquingKeysWith: { first, _ in first })
    var table = Table("run", "state", ">took", "time line", "after")
    for node in graph.nodes {
      let state = State?.some(State(type: node.stateType, name: node.stateName))
      let after = graph.edges.filter { $0.toID == node.id && $0.kind != .child }.map { edge in
        let name = names[edge.fromID] ?? edge.fromID
        return edge.parameter.isEmpty ? name : "\(name) as \(edge.parameter)"
      }
      table.append(
        .init(
          String(repeating: "  ", count: Int(node.depth)) + node.definition + " " + node.name,
          node.depth == 0 ? .bold : nil),
        state.cell, .init(took(node, now)), .init(bar(node, begin, end, now), state.style),
        .init(after.joined(separator: ", "), .dim))
    }
    return table.render(for: terminal)
  }

  private func took(_ node: RunNode, _ now: Timestamp) -> String {
    guard let start = node.times?.startTime else { return "-" }
    return length((node.times?.endTime ?? now).interval(since: start))
  }

  /// The part of the time line in which a run ran; what still runs ends with an arrow.
  private func bar(
    _ node: RunNode, _ begin: Timestamp?, _ end: Timestamp?, _ now: Timestamp
  ) -> String {
    guard let begin, let end, let start = node.times?.startTime else {
      return String(repeating: "·", count: Self.columns)
    }
    let whole = max(end.interval(since: begin), 1e-6)
    let stop = node.times?.endTime ?? now
    func column(_ time: Timestamp) -> Int {
      let share = time.interval(since: begin) / whole
      return min(Self.columns, max(0, Int((share * Double(Self.columns)).rounded())))
    }
    let first = min(column(start), Self.columns - 1)
    let width = max(1, column(stop) - first)
    let isOver = node.times?.endTime != nil
    return String(repeating: "·", count: first)
      + String(repeating: "█", count: width - 1) + (isOver ? "█" : "▶")
      + String(repeating: "·", count: Self.columns - first - width)
  }
}

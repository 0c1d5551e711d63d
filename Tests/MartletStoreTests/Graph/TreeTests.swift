// Decides that a tree is read whole and in order whatever the size of the pages, and no further than asked.

import MartletModel
import MartletStore
import MartletTestKit
import Testing

@Suite struct TreeTests {
  /// A random tree: the parent of each run but the first.
  private static func tree(
    _ count: Int, _ random: inout SplitMix64
  ) -> [(run: TestRun, parent: Int?)] {
    (0..<count).map { index in
      (TestRun(), index == 0 ? nil : Int.random(in: max(0, index - 9)..<index, using: &random))
    }
  }

  /// The runs below one of them in pre-order, children by id, with their depths.
  private static func preorder(
    _ tree: [(run: TestRun, parent: Int?)], from top: Int, maxDepth: Int, depth: Int = 0
  ) -> [String] {
    var lines = ["\(depth) \(tree[top].run.id)"]
    guard depth < maxDepth else { return lines }
    let children = tree.indices.filter { tree[$0].parent == top }
    for child in children.sorted(by: { "\(tree[$0].run.id)" < "\(tree[$1].run.id)" }) {
      lines += preorder(tree, from: child, maxDepth: maxDepth, depth: depth + 1)
    }
    return lines
  }

  @Test func pagesShowEveryRunOnceInOrder() async throws {
    try await StoreFixture.with { fixture in
      let seed = UInt64.random(in: 0 ... .max)
      var random = SplitMix64(seed: seed)
      let tree = Self.tree(120, &random)
      for (run, parent) in tree {
        _ = try await fixture.store.transitions.submit([
          run.create(parent: parent.map { tree[$0].run.id })
        ])
      }
      for (top, maxDepth, limit) in [
        (0, 100, 7), (0, 100, 1000), (0, 3, 5), (4, 100, 1), (119, 1, 2),
      ] {
        var seen: [String] = []
        var after: RunID?
        while true {
          let page = try await fixture.store.tree(
            below: tree[top].run.id, in: fixture.namespace, after: after, maxDepth: maxDepth,
            limit: limit)
          #expect(page.count <= limit)
          seen += page.map { "\($0.depth) \($0.id)" }
          guard let last = page.last, page.count == limit else { break }
          after = last.id
        }
        #expect(
          seen == Self.preorder(tree, from: top, maxDepth: maxDepth),
          "top \(top), depth \(maxDepth), pages of \(limit), seed \(seed)")
      }
    }
  }

  @Test func nodesCarryStatesResultsAndDependencies() async throws {
    try await StoreFixture.with { fixture in
      // Ids of one millisecond are in no order.
      let ids = [RunID.fresh(), .fresh()].sorted { "\($0)" < "\($1)" }
      let (flow, first, second) = (TestRun(), TestRun(id: ids[0]), TestRun(id: ids[1]))
      let edges = [
        NewRun.Dependency(runID: first.id, parameter: "rows", isData: true),
        NewRun.Dependency(runID: flow.id),
      ]
      _ = try await fixture.store.transitions.submit([
        flow.create(.flow, definition: "etl"), first.create(parent: flow.id),
        flow.propose(.running, seq: 2), first.propose(.running, seq: 2),
        first.propose(
          .completed(.init(result: Payload(mediaType: "application/json", body: .json("3")))),
          seq: 3),
      ])
      _ = try await fixture.store.transitions.submit([
        .report(
          Report(
            namespace: fixture.namespace, runID: second.id, actor: "tester",
            item: .create(
              NewRun(
                kind: .task, definition: "load", parentID: flow.id, dependencies: edges,
                createdBy: "tester"))))
      ])
      let nodes = try await fixture.store.tree(
        below: flow.id, in: fixture.namespace, maxDepth: 10, limit: 10)
      #expect(nodes.map(\.id) == [flow.id, first.id, second.id])
      #expect(nodes.map(\.stateType) == [.running, .completed, .scheduled])
      #expect(nodes.map(\.hasResult) == [false, true, false])
      #expect(nodes.map(\.parentID) == [nil, flow.id, flow.id])
      #expect(nodes[2].dependencies == edges)
      #expect(nodes[1].endTime != nil && nodes[1].attempt == 1 && nodes[0].definition == "etl")
    }
  }

  @Test func whatIsNotThereShowsNothing() async throws {
    try await StoreFixture.with { fixture in
      let (one, other) = (TestRun(), TestRun())
      _ = try await fixture.store.transitions.submit([one.create(), other.create()])
      let cases: [(RunID, Namespace, RunID?)] = [
        (.fresh(), fixture.namespace, nil), (one.id, try Namespace("other"), nil),
        (one.id, fixture.namespace, other.id), (one.id, fixture.namespace, .fresh()),
      ]
      for (top, namespace, after) in cases {
        let nodes = try await fixture.store.tree(
          below: top, in: namespace, after: after, maxDepth: 10, limit: 10)
        #expect(nodes.isEmpty)
      }
    }
  }
}

// Checks who hears of what: the same as if every follower were asked about every change.

import MartletModel
import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite struct AudienceTests {
  private enum Content: FeedContent {
    typealias Value = Change
    static func isIn(_ row: FeedRow) -> Bool { true }
    static func read(
      _ rows: [FeedRow], where passes: (RunID) -> Bool, on connection: PostgresConnection
    ) throws -> [FeedEntry<Change>] { [] }
    static func run(of value: Change) -> RunID { value.run }
    static func namespace(of value: Change) -> Namespace { value.namespace }
  }

  private struct Change: Sendable {
    var run: RunID
    var namespace: Namespace
  }

  @Test(arguments: 0..<20) func agreesWithAskingEverybody(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let namespaces = [try Namespace("one"), try Namespace("two")]
    let roots = (0..<4).map { _ in RunID.fresh() }
    let runs = roots + (0..<12).map { _ in RunID.fresh() }
    let root = Dictionary(
      uniqueKeysWithValues: runs.map {
        ($0, roots.contains($0) ? $0 : roots.randomElement(using: &random)!)
      })
    var audience = Audience<Content>()
    for id in UInt64(1)...30 {
      let namespace = namespaces.randomElement(using: &random)!
      let some = Set((0..<3).map { _ in runs.randomElement(using: &random)! })
      let scope: FeedScope =
        switch Int.random(in: 0..<5, using: &random) {
        case 0: .namespace(namespace)
        case 1: .roots(Set(roots.shuffled(using: &random).prefix(2)), in: namespace)
        default: .runs(some, in: namespace)
        }
      audience.insert(
        Subscription(
          scope: scope, from: ResumeToken(generation: 1, transaction: 1), isBehind: true, limit: 10),
        as: id)
    }
    for id in UInt64(1)...30 where id % 3 == seed % 3 { audience.remove(id) }
    #expect(audience.subscriptions.count == 20)

    let entries = (0..<40).map { number in
      FeedEntry(
        value: Change(
          run: runs.randomElement(using: &random)!,
          namespace: namespaces.randomElement(using: &random)!),
        transaction: 2, ordinal: Int32(number))
    }
    let batches = audience.batches(of: entries, generation: 1) { root[$0] }
    for (id, subscription) in audience.subscriptions {
      let expected = entries.filter { entry in
        entry.value.namespace == subscription.scope.namespace
          && subscription.scope.mayContain(entry.value.run) { root[$0] }
      }
      #expect((batches[id] ?? []).map(\.token.ordinal) == expected.map(\.ordinal), "seed \(seed)")
    }
    for run in runs {
      let mayFollow = audience.subscriptions.values.contains { subscription in
        subscription.scope.mayContain(run) { root[$0] }
      }
      #expect(audience.mayFollow(run) { root[$0] } == mayFollow, "seed \(seed)")
    }
  }

  @Test func anEmptyAudienceKeepsNothing() throws {
    var audience = Audience<Content>()
    let run = RunID.fresh()
    audience.insert(
      Subscription(
        scope: .runs([run], in: try Namespace("one")),
        from: ResumeToken(generation: 1, transaction: 1),
        isBehind: true, limit: 10), as: 1)
    audience.remove(1)
    #expect(audience.isEmpty && !audience.needsRoots)
    #expect(!audience.mayFollow(run) { _ in nil })
  }
}

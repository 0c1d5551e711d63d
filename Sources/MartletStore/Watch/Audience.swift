// Decides who hears of what, without asking every follower about every change.

import MartletModel

/// The followers of one sort of content, found by what they follow.
struct Audience<Content: FeedContent>: Sendable {
  /// All of them.
  private(set) var subscriptions: [UInt64: Subscription<Content>] = [:]
  private var byNamespace: [Namespace: Set<UInt64>] = [:]
  private var byRun: [RunID: Set<UInt64>] = [:]
  private var byRoot: [RunID: Set<UInt64>] = [:]

  var isEmpty: Bool { subscriptions.isEmpty }

  /// Whether somebody follows whole trees, so that the roots of runs must be known.
  var needsRoots: Bool { !byRoot.isEmpty }

  mutating func insert(_ subscription: Subscription<Content>, as id: UInt64) {
    subscriptions[id] = subscription
    switch subscription.scope {
    case .namespace(let name): byNamespace[name, default: []].insert(id)
    case .runs(let runs, _): for run in runs { byRun[run, default: []].insert(id) }
    case .roots(let roots, _): for root in roots { byRoot[root, default: []].insert(id) }
    }
  }

  mutating func remove(_ id: UInt64) {
    guard let subscription = subscriptions.removeValue(forKey: id) else { return }
    switch subscription.scope {
    case .namespace(let name): Self.remove(id, from: &byNamespace, at: name)
    case .runs(let runs, _): for run in runs { Self.remove(id, from: &byRun, at: run) }
    case .roots(let roots, _): for root in roots { Self.remove(id, from: &byRoot, at: root) }
    }
  }

  private static func remove<Key>(
    _ id: UInt64, from index: inout [Key: Set<UInt64>], at key: Key
  ) {
    index[key]?.remove(id)
    if index[key]?.isEmpty == true { index[key] = nil }
  }

  /// Whether anybody may want to hear of a run, as far as that is known without its namespace.
  func mayFollow(_ run: RunID, root: (RunID) -> RunID?) -> Bool {
    if !byNamespace.isEmpty || byRun[run] != nil { return true }
    guard !byRoot.isEmpty else { return false }
    return byRoot[run] != nil || root(run).map { byRoot[$0] != nil } == true
  }

  /// What each of them is to hear of some entries, in their order; who hears nothing is not in it.
  func batches(
    of entries: [FeedEntry<Content.Value>], generation: Int64, root: (RunID) -> RunID?
  ) -> [UInt64: [Followed<Content.Value>]] {
    var batches: [UInt64: [Followed<Content.Value>]] = [:]
    for entry in entries {
      let followed = entry.followed(generation)
      let run = Content.run(of: entry.value)
      let namespace = Content.namespace(of: entry.value)
      for id in byNamespace[namespace] ?? [] { batches[id, default: []].append(followed) }
      var others = byRun[run] ?? []
      if !byRoot.isEmpty {
        others.formUnion(byRoot[run] ?? [])
        if let root = root(run) { others.formUnion(byRoot[root] ?? []) }
      }
      for id in others where subscriptions[id]?.scope.namespace == namespace {
        batches[id, default: []].append(followed)
      }
    }
    return batches
  }
}

extension FeedEntry {
  /// The entry with the token to go on after it.
  func followed(_ generation: Int64) -> Followed<Value> {
    Followed(
      value: value,
      token: ResumeToken(generation: generation, transaction: transaction, ordinal: ordinal))
  }
}

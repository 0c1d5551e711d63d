// Decides how tests of limits ask for slots, and play the granter without an engine.

import Glibc
import MartletModel
import MartletStore
import MartletTestKit
import Testing

extension LeaseID {
  /// An id as a client makes it.
  static func fresh() -> LeaseID { LeaseID(RunID.fresh().value) }
}

extension StoreFixture {
  /// Creates a limit.
  @discardableResult
  func limit(
    _ name: String, _ slots: Int32, decay: Double = 0, scope: LimitScope = .global
  ) async throws -> SlotLimit {
    try await store.createLimit(
      name, scope: scope, in: namespace, content: SlotLimitEdit(slots: slots, decay: decay),
      actor: "tester")
  }

  /// A request for slots of limits of the scope GLOBAL.
  func request(
    _ items: (String, Int32)..., id: LeaseID = .fresh(), mode: SlotLease.Mode = .concurrency,
    holder: SlotHolder = SlotHolder("test"), isStrict: Bool = false, waits: Bool = true
  ) -> SlotRequest {
    SlotRequest(
      id: id, in: namespace, items.map { .init(.named(.global, $0.0), slots: $0.1) }, mode: mode,
      holder: holder, actor: "tester", isStrict: isStrict, waits: waits)
  }

  /// Looks at lines until there is nothing more to do.
  @discardableResult
  func serve(_ other: Store? = nil, as granter: ObjectID = Granter.id) async throws -> Int {
    let store = other ?? store
    let shards = try await store.takeGranterShards(granter, lease: .seconds(60))
    var count = 0
    while case .served(let more) = try await store.serveLines(granter, shards: shards, after: nil)
      .round
    {
      count += more
    }
    return count
  }

  /// Makes all leases and places as old as if so much time had passed.
  func age(by interval: String) async throws {
    try await sql(
      """
      UPDATE limit_lease SET expire_time = expire_time - interval '\(interval)';
      UPDATE limit_waiter SET expire_time = expire_time - interval '\(interval)';
      UPDATE lease_clock SET tick_time = clock_timestamp();
      """)
  }

  /// Slots that are taken.
  func taken(_ name: String) async throws -> Int64 {
    try await store.limit(.named(.global, name), in: namespace).taken
  }
}

enum Granter {
  static let id = ObjectID(high: 7, low: 7)
}

extension SlotAnswer {
  /// The lease, if it was granted.
  var lease: SlotLease? { if case .granted(let lease) = self { lease } else { nil } }
  /// What stands in the way, if it was not.
  var obstacle: FullLimit? { if case .full(let full) = self { full } else { nil } }
}

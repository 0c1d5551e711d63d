// Decides how contention for a limit is measured: everybody wants it all the time and gives it back at once.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto
import MartletRPC
import MartletWire

struct LimitsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limits", abstract: "Grants of one limit that many callers wait for.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Callers, over all connections.")
  var waiters = 1000

  @Option(help: "Slots of the limit.")
  var slots: Int32 = 10

  func run() async throws {
    let roads = try load.connect()
    let limits = LimitServiceClient(channel: roads[0].channel)
    let name = "bench-\(Identifier.random())"
    _ = try await limits.createLimit(
      CreateLimitRequest(limit: Limit(name: name, slots: slots)))
    let start = ContinuousClock.now
    let end = start + .seconds(load.seconds)
    let parts = try await onEach(roads, perRoad: waiters / roads.count) { road in
      try await Self.contend(road, for: name) { ContinuousClock.now < end }
    }
    let grants = parts.flatMap { $0 }.sorted { $0.granted < $1.granted }
    var waits = Latencies()
    for grant in grants { waits.append(grant.wait) }
    figure(
      "limit_grants", Double(grants.count) / ((ContinuousClock.now - start) / .seconds(1)), "1/s")
    figure("limit_wait_p50", waits.microseconds(at: 0.5) / 1000, "ms")
    figure("limit_wait_longest", waits.microseconds(at: 1) / 1000, "ms")
    figure("limit_overtaking", overtaking(grants) / .milliseconds(1), "ms")
    _ = try await limits.deleteLimit(DeleteLimitRequest(ref: name))
  }

  /// A lease as the server dates it, by Postgres's clock.
  private struct Grant {
    let asked, granted: Duration
    var wait: Duration { granted - asked }
  }

  /// Takes a slot and gives it back, again and again.
  private static func contend(
    _ road: Road, for name: String, while goesOn: @Sendable () -> Bool
  ) async throws -> [Grant] {
    let client = LimitServiceClient(channel: road.channel)
    var grants: [Grant] = []
    while goesOn() {
      let request = AcquireLeaseRequest(
        id: Identifier.timeOrdered(), limits: [LimitSlots(ref: name)], wait: .seconds(60))
      let lease = try await client.acquireLease(request).lease
      guard let lease, let asked = lease.createTime, let granted = lease.grantTime else {
        throw ValidationError("a lease without its times")
      }
      grants.append(Grant(asked: asked.sinceEpoch, granted: granted.sinceEpoch))
      _ = try await client.releaseLease(ReleaseLeaseRequest(id: lease.id))
    }
    return grants
  }

  /// How much later than a lease that was granted after it somebody had asked, at most.
  private func overtaking(_ grants: [Grant]) -> Duration {
    var latestAsked = Duration.zero
    var most = Duration.zero
    var index = grants.startIndex
    while index < grants.endIndex {
      // What is granted in one statement has one time, and no order.
      let end =
        grants[index...].firstIndex { $0.granted > grants[index].granted } ?? grants.endIndex
      for grant in grants[index..<end] where latestAsked - grant.asked > most {
        most = latestAsked - grant.asked
      }
      for grant in grants[index..<end] { latestAsked = max(latestAsked, grant.asked) }
      index = end
    }
    return most
  }
}

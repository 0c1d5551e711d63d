// Decides how a rush is measured: many deployments whose schedules fire at the same moment, and workers that would have all
// of their runs.

import ArgumentParser
import Martlet
import MartletProto
import MartletWire

struct DueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "due",
    abstract: "From the moment at which many deployments are due to the offers of their runs.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Deployments, each with a schedule.")
  var deployments = 10_000

  @Option(help: "Workers, over all connections.")
  var workers = 16

  @Option(help: "Seconds until the moment, in which the deployments and their runs are made.")
  var lead: Int64 = 60

  func run() async throws {
    let roads = try load.connect()
    let pool = try await BenchPool(roads[0])
    let due = Timestamp(seconds: Timestamp.now.seconds + lead, nanos: 0)
    var schedule = Schedule()
    schedule.rule = .interval(IntervalRule(length: .seconds(100 * 86_400), anchor: due))
    schedule.horizon = Horizon(minRuns: 1)
    let perCaller = deployments / roads.count / Self.callers
    let begin = ContinuousClock.now
    _ = try await onEach(roads, perRoad: Self.callers) { [schedule] road in
      for _ in 0..<perCaller {
        try await pool.deploy(Identifier.random(), schedule: schedule, over: road)
      }
    }
    let total = perCaller * roads.count * Self.callers
    figure(
      "deployments_created", Double(total) / ((ContinuousClock.now - begin) / .seconds(1)), "1/s")
    guard Timestamp.now.sinceEpoch + .seconds(5) < due.sinceEpoch else {
      throw ValidationError("it took too long to make the deployments: raise --lead")
    }
    let (times, own, _) = try await pool.offer(
      total, to: workers, credit: total / workers * 2, over: roads, usage: nil)
    func since(_ index: Int) -> Double { (times[index] - due.sinceEpoch) / .milliseconds(1) }
    figure("due_first_offer", since(0), "ms")
    figure("due_half_offered", since(total / 2), "ms")
    figure("due_last_offer", since(total - 1), "ms")
    figure("due_load_cpu", own / .milliseconds(1), "ms")
  }

  /// Callers on each connection that make deployments.
  private static let callers = 8
}

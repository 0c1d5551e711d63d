// Decides how soon a change reaches who watches the run: many watchers of one run each, beside a steady load.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletWire
import Synchronization

struct WatchersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watchers",
    abstract: "From the commit of a change to its arrival at the one who watches its run.")

  @OptionGroup var load: LoadOptions

  @Option(help: "Watchers, each of one run; a multiple of 50.")
  var watchers = 1000

  @Option(help: "Transitions a second in all.")
  var rate = 5000

  private static let frame = 50

  func run() async throws {
    let roads = try load.connect()
    let groups = (0..<watchers / Self.frame).map { _ in RunGroup(size: Self.frame) }
    let stream = try await ReportStream(roads[0])
    for group in groups { try await stream.report(.create, of: group) }

    let begun = Signal(count: watchers)
    let ids = groups.flatMap(\.ids)
    let arrivals = try await withThrowingTaskGroup(of: Latencies.self) { tasks in
      for (number, id) in ids.enumerated() {
        let road = roads[number % roads.count]
        tasks.addTask(executorPreference: road.executor) {
          try await Self.watch(id, over: road, begun)
        }
      }
      await begun.wait()
      try await drive(groups, over: stream, beside: roads)
      var all = Latencies()
      for try await latencies in tasks { all.append(latencies) }
      return all
    }
    try await stream.finish()
    guard arrivals.values.count == 2 * watchers else {
      throw ValidationError("\(arrivals.values.count) of \(2 * watchers) changes arrived")
    }
    figure("watch_delivery_p50", arrivals.microseconds(at: 0.5) / 1000, "ms")
    figure("watch_delivery_p99", arrivals.microseconds(at: 0.99) / 1000, "ms")
  }

  /// Watches a run from its snapshot to its end; returns how long each change took.
  private static func watch(_ id: String, over road: Road, _ begun: Signal) async throws
    -> Latencies
  {
    let client = RunServiceClient(channel: road.channel)
    let call = try await client.watchRuns(
      WatchRunsRequest(runIDs: [id], initial: .snapshot, untilEnded: true))
    var latencies = Latencies()
    var isFirst = true
    while let response = try await call.responses.next() {
      if isFirst {
        begun.count()
        isFirst = false
      }
      for change in response.changes {
        guard let transition = change.transition else { continue }
        guard let time = transition.to?.time else {
          throw ValidationError("a change without its time")
        }
        latencies.append(Timestamp.now.sinceEpoch - time.sinceEpoch)
      }
    }
    return latencies
  }

  /// Starts and ends the watched runs over the whole time, while others keep to the rate.
  private func drive(_ groups: [RunGroup], over stream: ReportStream, beside roads: [Road])
    async throws
  {
    let frames = Int(load.seconds * Double(rate)) / Self.frame
    let pause = Duration.seconds(load.seconds) / Double(frames)
    let watched = groups.flatMap { group in [RunGroup.Step.start, .complete].map { (group, $0) } }
    let every = max(1, frames / watched.count)
    let count = max(frames, every * watched.count)
    let other = try await ReportStream(roads[0])
    let start = ContinuousClock.now
    var next = 0
    var verdicts = Latencies()
    var group = RunGroup(size: Self.frame)
    var steps = RunGroup.Step.allCases[...]
    for number in 0..<count {
      try await Task.sleep(until: start + pause * number, tolerance: .zero)
      let begin = ContinuousClock.now
      if number % every == 0, next < watched.count {
        try await stream.report(watched[next].1, of: watched[next].0)
        next += 1
      } else {
        if steps.isEmpty {
          (group, steps) = (RunGroup(size: Self.frame), RunGroup.Step.allCases[...])
        }
        try await other.report(steps.removeFirst(), of: group)
      }
      verdicts.append(ContinuousClock.now - begin)
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    try await other.finish()
    figure("watch_load", Double(count * Self.frame) / seconds, "1/s")
    figure("watch_verdict_p50", verdicts.microseconds(at: 0.5) / 1000, "ms")
    figure("watch_verdict_p99", verdicts.microseconds(at: 0.99) / 1000, "ms")
  }
}

/// Something that so many wait to have happened.
private final class Signal: Sendable {
  private let state: Mutex<(left: Int, waiter: CheckedContinuation<Void, Never>?)>

  init(count: Int) { state = Mutex((count, nil)) }

  func count() {
    let waiter = state.withLock { state in
      state.left -= 1
      return state.left == 0 ? state.waiter.take() : nil
    }
    waiter?.resume()
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        guard state.left > 0 else { return true }
        state.waiter = continuation
        return false
      }
      if isOver { continuation.resume() }
    }
  }
}

// Decides how the store's rate is measured: many tasks drive distinct runs through the batcher.
//
// Usage: StoreBench URL [seconds] [tasks] [writers] [commands per batch]
// The database is migrated first. Each task creates 64 runs at a time and drives them to their end;
// every command is one durable transition.

import Glibc
import Logging
import MartletModel
import MartletPostgres
import MartletStore
import Synchronization

@main
struct StoreBench {
  nonisolated static func main() async throws {
    let arguments = CommandLine.arguments
    let configuration = try PostgresConfiguration(arguments[1])
    let seconds = arguments.count > 2 ? Int(arguments[2]) ?? 10 : 10
    let tasks = arguments.count > 3 ? Int(arguments[3]) ?? 32 : 32
    var settings = Store.Settings()
    settings.writers = arguments.count > 4 ? Int(arguments[4]) ?? 1 : 1
    if arguments.count > 5, let size = Int(arguments[5]) {
      settings.batches.commandsPerBatch = size
    }
    try Schema.migrate(on: PostgresConnection(configuration))
    let store = Store(
      configuration, settings: settings,
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    try await store.waitUntilConnected()
    let runs = tasks == 1 ? 1 : 64
    let end = ContinuousClock.now + .seconds(seconds)
    let start = ContinuousClock.now
    let cpu = clock()
    var times = try await withThrowingTaskGroup(of: [Duration].self) { group in
      for _ in 0..<tasks {
        group.addTask { try await drive(store, runs: runs, until: end) }
      }
      var times: [Duration] = []
      for try await part in group { times += part }
      return times
    }
    let elapsed = ContinuousClock.now - start
    let total = times.count * runs
    times.sort()
    let rate = Double(total) / (elapsed / .seconds(1))
    let used = Double(clock() - cpu) / Double(CLOCKS_PER_SEC) / Double(total) * 1e6
    print("figure batcher_transitions = \(Int(rate)) 1/s")
    print("figure batcher_submit_p50 = \(times[times.count / 2] / .milliseconds(1)) ms")
    print("figure batcher_submit_p99 = \(times[times.count * 99 / 100] / .milliseconds(1)) ms")
    print("figure batcher_cpu = \(used) us")
    await store.shutdown()
  }

  /// Drives runs to their end over and over; returns how long each submission took.
  nonisolated static func drive(
    _ store: Store, runs: Int, until end: ContinuousClock.Instant
  ) async throws -> [Duration] {
    var times: [Duration] = []
    while ContinuousClock.now < end {
      var time = timespec()
      clock_gettime(CLOCK_REALTIME, &time)
      let now = Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
      let ids = (0..<runs).map { _ in
        RunID.v7(now: now, random: (.random(in: 0 ... .max), .random(in: 0 ... .max)))
      }
      let execution = ExecutionID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
      let items: [Report.Item] = [
        .create(NewRun(kind: .task, definition: "extract", createdBy: "bench")),
        .propose(RunState(.running)),
        .propose(RunState(.completed(.init()), message: "All well.")),
      ]
      for (index, item) in items.enumerated() {
        let begin = ContinuousClock.now
        let answers = try await store.transitions.submit(
          ids.map {
            .report(
              Report(
                namespace: .standard, runID: $0, epoch: 1, executionID: execution,
                seq: Int64(index + 1), actor: "bench", item: item))
          })
        times.append(ContinuousClock.now - begin)
        guard
          answers.allSatisfy({
            if case .verdict(.accepted, _) = $0.result { true } else { false }
          })
        else { throw StoreError.failed(message: "\(answers[0])") }
      }
    }
    return times
  }
}

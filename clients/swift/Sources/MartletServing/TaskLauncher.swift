// Decides how runs are executed in place: each in a task of this process, which tells of the run itself. A task cannot be
// killed: one that heeds no cancellation goes on, but nothing more is told of its run.

import Martlet
import MartletProto
import MartletWorker
import Synchronization

/// Executes runs as tasks.
final class TaskLauncher: Launcher {
  static let type = "served"
  private static let logger = "martlet.serving"

  /// A run that nobody here serves.
  private struct NotServed: Error, CustomStringConvertible {
    let description = "its deployment is another one by now"
  }

  private struct State {
    var tasks: [JobID: Task<Void, Never>] = [:]
    var runs: [JobID: TrackedRun] = [:]
    var isOver = false
  }

  let exits: AsyncStream<JobExit>
  private let exitSink: AsyncStream<JobExit>.Continuation
  private let ends: AsyncStream<Void>
  private let endSink: AsyncStream<Void>.Continuation
  private let reporting: Reporting
  private let bodies: [String: ServedDeployment.Body]
  private let state = Mutex(State())

  /// Takes the code by the ids of the deployments.
  init(_ reporting: Reporting, _ bodies: [String: ServedDeployment.Body]) {
    self.reporting = reporting
    self.bodies = bodies
    (exits, exitSink) = AsyncStream.makeStream()
    (ends, endSink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  func adopt() async throws -> [Job] { [] }

  func launch(_ job: Job) async throws {
    guard let body = bodies[job.run.deploymentID] else { throw NotServed() }
    state.withLock { state in
      state.tasks[job.id] = Task {
        await self.execute(job, body)
        self.ended(job.id)
      }
    }
  }

  func stop(_ id: JobID, isUrgent: Bool) async {
    // A run that is to stop is told so itself, before it begins and after.
    guard isUrgent else { return }
    let (run, task) = state.withLock { ($0.runs[id], $0.tasks[id]) }
    run?.abandon()
    task?.cancel()
  }

  func forget(_ id: JobID) async {}

  /// Cancels what goes on without a word to the server, and waits a while for its end.
  ///
  /// - Returns: how many runs were left to be lost.
  func abandonAll(within limit: Duration) async -> Int {
    let (runs, tasks) = state.withLock { state in
      state.isOver = true
      return (Array(state.runs.values), Array(state.tasks.values))
    }
    for run in runs { run.abandon() }
    for task in tasks { task.cancel() }
    let timer = Task {
      try await Task.sleep(for: limit)
      endSink.finish()
    }
    defer { timer.cancel() }
    if !tasks.isEmpty {
      for await _ in ends where state.withLock({ $0.tasks.isEmpty }) { break }
    }
    return tasks.count
  }

  private func ended(_ id: JobID) {
    let isOver = state.withLock { state in
      state.tasks[id] = nil
      state.runs[id] = nil
      return state.isOver
    }
    // What was abandoned has not ended as far as the server is concerned.
    if !isOver { exitSink.yield(JobExit(job: id, sessionID: "", ending: .exited(0))) }
    endSink.yield()
  }

  private func execute(_ job: Job, _ body: @escaping ServedDeployment.Body) async {
    guard let run = try? await reporting.take(job.run, epoch: job.offer.epoch) else { return }
    let isOurs = state.withLock { state in
      if !state.isOver { state.runs[job.id] = run }
      return !state.isOver
    }
    guard isOurs else { return reporting.forget(run) }
    // How it ends is told by the run itself.
    _ = try? await reporting.execute(run, timeout: job.run.timeout) { run in
      guard let result = try await body(run, job.run.parameters ?? [:]) else { return }
      do { try await run.storeResult(result) } catch {
        await run.log(
          "the result is not recorded: \(error)", level: .warning, logger: Self.logger)
      }
    }
  }
}

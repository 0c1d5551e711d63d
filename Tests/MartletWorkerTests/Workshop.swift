// Decides how tests execute jobs: on the real server, by the real program, in a state directory that goes away.

import Foundation
import Martlet
import MartletCall
import MartletProto
import MartletWire
import ServerProcess

@testable import MartletWorker

/// A launcher with its own directory, and what it said.
final class Workshop: Sendable {
  let server: ServerProcess
  let client: Client
  let directory: URL
  let launcher: ProcessLauncher
  private let ends = Ends()
  private let reading: Task<Void, Never>

  var state: String { directory.appending(path: "state").path }

  /// Gives `body` a workshop, and clears it away.
  static func with(_ body: (Workshop) async throws -> Void) async throws {
    let workshop = try await Workshop()
    do { try await body(workshop) } catch {
      await workshop.clear()
      throw error
    }
    await workshop.clear()
  }

  private init() async throws {
    server = try await ServerProcess.shared.value
    client = try Client(address: server.address)
    directory = URL(filePath: "/tmp/martlet-worker-\(UUID().uuidString.prefix(8))")
    launcher = try ProcessLauncher(
      stateDirectory: directory.appending(path: "state").path, environment: server.environment(),
      executable: try ServerProcess.binary().path)
    // As beside a worker: its first job goes to an executor that stands by, others soon after it to new ones.
    launcher.standBy()
    let (exits, ends) = (launcher.exits, ends)
    reading = Task { for await exit in exits { ends.add(exit) } }
  }

  private func clear() async {
    for job in ends.launched where !ends.has(job) {
      await launcher.stop(job, isUrgent: true)
      _ = await ends.end(of: job)
    }
    reading.cancel()
    client.close()
    try? FileManager.default.removeItem(at: directory)
  }

  // MARK: Jobs

  /// A job whose run waits to be taken: the first executor takes it with epoch 1.
  func job(
    _ words: [String], entrypoint: String = "",
    _ change: (inout Run, inout ProcessLaunch) -> Void = { _, _ in }
  ) async throws -> Job {
    var run = Run()
    run.id = Identifier.timeOrdered()
    run.definition = "worker-test"
    var launch = ProcessLaunch()
    launch.command = words
    launch.entrypoint = entrypoint
    change(&run, &launch)
    run = try await client.runs.createRun(CreateRunRequest(run: run)).run ?? run
    return Job(Offer(run: run, epoch: 1, launch: LaunchSpec(kind: .process(launch))))
  }

  /// A job whose program is a script of the shell.
  func job(
    shell script: String, _ change: (inout Run, inout ProcessLaunch) -> Void = { _, _ in }
  ) async throws -> Job {
    try await job(["/bin/sh", "-c", script], change)
  }

  /// Launches a job.
  func launch(_ job: Job) async throws {
    ends.addLaunched(job.id)
    try await launcher.launch(job)
  }

  /// The end of a job's executor.
  func end(of job: Job) async -> JobExit.Ending { await ends.end(of: job.id) }

  /// Launches a job, and waits for its executor's end and what the server then knows.
  func finish(_ job: Job) async throws -> Run {
    try await launch(job)
    let ending = await end(of: job)
    let run = try await run(job)
    guard ending == .exited(0) else {
      throw ServerProcess.Failure(description: "\(ending): \(try executorLog(job)) \(run)")
    }
    return run
  }

  /// What the server knows of a job's run.
  func run(_ job: Job) async throws -> Run {
    try await client.runs.getRun(GetRunRequest(id: job.run.id)).run ?? Run()
  }

  /// What the run said.
  func lines(_ job: Job) async throws -> [String] {
    try await client.logs.listLogs(ListLogsRequest(runID: job.run.id)).entries.map(\.message)
  }

  /// Waits until the run says something, as it does when it has begun.
  func line(_ job: Job, _ wanted: String) async throws {
    var request = WatchLogsRequest()
    request.runID = job.run.id
    let call = try await client.logs.watchLogs(request)
    defer { call.cancel() }
    while let response = try await call.responses.next() {
      if response.entries.contains(where: { $0.message == wanted }) { return }
    }
    throw ServerProcess.Failure(description: "the run never said \(wanted)")
  }

  /// What the executor said.
  func executorLog(_ job: Job) throws -> String {
    try String(contentsOfFile: "\(state)/jobs/\(job.id)/log", encoding: .utf8)
  }

  /// The executor's process.
  func process(_ job: Job) -> pid_t? { JobDirectory(path: "\(state)/jobs/\(job.id)").process() }

  /// Writes a file below the workshop.
  func write(_ text: String, to name: String) throws -> String {
    let url = directory.appending(path: name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try text.write(to: url, atomically: true, encoding: .utf8)
    return url.path
  }

  /// Runs a script of the shell, for what a test prepares.
  func shell(_ script: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-euc", script]
    process.currentDirectoryURL = directory
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ServerProcess.Failure(description: "the script left with \(process.terminationStatus)")
    }
  }
}

extension Run {
  /// How it failed.
  var failure: Failed? { if case .failed(let failed)? = state?.detail { failed } else { nil } }
  /// What it returned.
  var result: JSONValue? {
    guard case .completed(let completed)? = state?.detail,
      case .json(let value)? = completed.result?.body
    else { return nil }
    return value
  }
}

// Decides how jobs become processes: one executor a job, in a session of its own, which outlives the worker; found again by
// its directory and the lock that it holds. An executor that is gone takes what it started with it.

import Glibc
public import Martlet
import MartletProto
import Synchronization

/// Executes jobs as processes of this machine.
public final class ProcessLauncher: Launcher {
  /// The type of the pools whose jobs it can execute.
  public static let type = "process"

  /// Another worker uses the same state directory.
  public struct StateInUse: Error, CustomStringConvertible {
    /// The directory.
    public let path: String
    /// What to do about it.
    public var description: String {
      "another worker uses the state directory \(path): give this one another --name or --state-dir"
    }
  }

  private enum Life: Sendable {
    case child(pid_t)
    case adopted
    case ended
  }

  /// The session of the worker that has this directory: the same after a restart.
  public let sessionID: String
  /// Ends of jobs, each once; one reader.
  public let exits: AsyncStream<JobExit>
  private let exitSink: AsyncStream<JobExit>.Continuation
  private let state: StateDirectory
  private let executable: String
  private let variables: [String: String]
  private let keptScratches: Int
  private let lives = Mutex<[JobID: Life]>([:])
  private let lock: HeldLock
  // Takes the next job, so that no run waits for a program to start and find its libraries.
  private let standby = Mutex<StandbyExecutor?>(nil)
  // In microseconds.
  private static let standbyPause: UInt32 = 100_000

  /// Takes a state directory for itself.
  ///
  /// - Parameters:
  ///   - stateDirectory: made when it is not there.
  ///   - environment: where the executors find the server.
  ///   - executable: the program that executes jobs, by `worker execute --job FILE` or `--standby`.
  ///   - keptScratches: how many directories of failed runs are kept for people to look at.
  /// - Throws: `StateInUse`, or what the system says.
  public init(
    stateDirectory: String, environment: RunEnvironment, executable: String = "/proc/self/exe",
    keptScratches: Int = 5
  ) throws {
    state = StateDirectory(path: stateDirectory)
    self.executable = executable
    self.keptScratches = keptScratches
    variables = environment.executorVariables
    for path in [state.jobs, state.scratches, state.discarded, state.cache] {
      try LocalFiles.makeDirectory(path)
    }
    guard let lock = try HeldLock(state.lockFile) else { throw StateInUse(path: stateDirectory) }
    self.lock = lock
    let known = LocalFiles.read(state.sessionFile).map { String(decoding: $0, as: UTF8.self) }
    sessionID = known ?? Identifier.random()
    if known == nil { try LocalFiles.write(Array(sessionID.utf8), to: state.sessionFile) }
    (exits, exitSink) = AsyncStream.makeStream()
  }

  deinit {
    standby.withLock { $0?.dismiss() }
    lock.release()
  }

  // MARK: Launching

  /// Starts an executor.
  ///
  /// - Throws: `JobExecution.Unusable` when there is nothing for a process to execute; what the system says.
  public func launch(_ job: Job) async throws {
    guard job.processLaunch != nil else {
      throw JobExecution.Unusable(
        description: "the offer names neither a command nor an entrypoint")
    }
    let directory = state.job(job.id)
    do {
      try directory.create(job)
      guard let lock = try directory.lock() else {
        throw LocalFiles.Failure("somebody executes", directory.path)
      }
      defer { lock.release() }
      let pid = try start(job, in: directory, holding: lock)
      lives.withLock { $0[job.id] = .child(pid) }
      DetachedThread.start { [self] in
        let ending = DetachedProcess.wait(pid) { self.clear(pid, job.id, isChild: true) }
        ended(job, ending)
      }
    } catch {
      LocalFiles.removeTree(directory.path)
      throw error
    }
  }

  /// Gives the job to the executor that stands by, or else to a new one.
  private func start(
    _ job: Job, in directory: JobDirectory, holding lock: HeldLock
  ) throws -> pid_t {
    defer {
      DetachedThread.start { [self] in
        // The processor is the run's that begins.
        usleep(Self.standbyPause)
        standBy()
      }
    }
    let sharesOutput = job.processLaunch?.streamOutput ?? false
    let standby = standby.withLock { standby in
      defer { standby = nil }
      return standby
    }
    if let standby {
      if standby.take(job.id, in: directory, lock: lock.file, sharesOutput: sharesOutput) {
        return standby.pid
      }
      standby.dismiss()
    }
    var files = [(own: lock.file, its: DetachedProcess.lockDescriptor)]
    if sharesOutput { files.append((STDOUT_FILENO, DetachedProcess.outputDescriptor)) }
    return try DetachedProcess.start(
      executable, ["martlet", "worker", "execute", "--job", directory.jobFile],
      environment: variables.merging([JobVariables.jobID: "\(job.id)"]) { $1 },
      output: directory.logFile, files: files)
  }

  /// Has an executor stand by, unless one does. Without one jobs are launched all the same, only later.
  ///
  /// - Returns: its process.
  @discardableResult func standBy() -> pid_t? {
    standby.withLock { standby in
      if standby == nil {
        standby = try? StandbyExecutor.start(executable, environment: variables)
      }
      return standby?.pid
    }
  }

  /// Asks an executor to stop.
  public func stop(_ id: JobID, isUrgent: Bool) async {
    let directory = state.job(id)
    let number = isUrgent ? SIGINT : SIGTERM
    lives.withLock { lives in
      switch lives[id] {
      // Until it is reaped, its process id is nobody else's.
      case .child(let pid): kill(pid, number)
      case .adopted:
        if let pid = directory.process(), DetachedProcess.session(of: pid) == pid {
          kill(pid, number)
        }
      case .ended, nil: break
      }
    }
  }

  // MARK: Coming back

  /// Finds the executors of an earlier worker.
  public func adopt() async throws -> [Job] {
    DetachedThread.start { [self] in standBy() }
    var living: [Job] = []
    for name in LocalFiles.names(in: state.jobs) {
      let directory = JobDirectory(path: "\(state.jobs)/\(name)")
      guard let id = directory.id, let job = directory.job(), job.id == id else {
        // The worker died before it had written it; or its executor lives, and is left alone.
        if let lock = try? directory.lock() {
          LocalFiles.removeTree(directory.path)
          lock.release()
        }
        continue
      }
      if let lock = try directory.lock() {
        lock.release()
        if let pid = directory.process() { clear(pid, id, isChild: false) }
        ended(job, directory.end().map { .exited($0) } ?? .lost)
      } else {
        lives.withLock { $0[id] = .adopted }
        living.append(job)
        Task { [self] in
          await HeldLock.waitUntilFree(directory.lockFile)
          if let pid = directory.process() { clear(pid, id, isChild: false) }
          ended(job, directory.end().map { .exited($0) } ?? .lost)
        }
      }
    }
    return living
  }

  /// Kills what an executor has left behind.
  private func clear(_ pid: pid_t, _ id: JobID, isChild: Bool) {
    DetachedProcess.killLeftovers(
      of: pid, withMark: "\(JobVariables.jobID)=\(id)", isOurs: isChild)
  }

  private func ended(_ job: Job, _ ending: JobExit.Ending) {
    lives.withLock { $0[job.id] = .ended }
    exitSink.yield(JobExit(job: job.id, sessionID: job.sessionID, ending: ending))
  }

  // MARK: Forgetting

  /// Removes what is left of a job, but for the newest scratch directories of failed runs.
  public func forget(_ id: JobID) async {
    lives.withLock { $0[id] = nil }
    LocalFiles.removeTree(state.job(id).path)
    let live = Set(LocalFiles.names(in: state.jobs))
    let kept = LocalFiles.names(in: state.scratches).filter { !live.contains($0) }
      .map {
        (path: "\(state.scratches)/\($0)", time: LocalFiles.changeTime("\(state.scratches)/\($0)"))
      }
      .sorted { $0.time > $1.time }
    // Large trees take their time, and the worker has others to answer. What is not removed now is the next time.
    for scratch in kept.dropFirst(keptScratches) {
      LocalFiles.move(scratch.path, to: "\(state.discarded)/\(Identifier.random())")
    }
    DetachedThread.start { [discarded = state.discarded] in
      for name in LocalFiles.names(in: discarded) { LocalFiles.removeTree("\(discarded)/\(name)") }
    }
  }
}

extension RunEnvironment {
  /// What an executor is told: it works for no run but its job's.
  fileprivate var executorVariables: [String: String] {
    let own = [
      "MARTLET_HOME": home, "MARTLET_NAMESPACE": "", "MARTLET_RUN_ID": "", "MARTLET_EPOCH": "",
      "MARTLET_TRACEPARENT": "",
    ]
    return serverVariables.merging(own) { server, _ in server }
  }
}

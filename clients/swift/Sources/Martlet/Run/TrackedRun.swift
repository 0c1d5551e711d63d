// Decides how work in this process is told to the server: a run that is created, runs, says things and ends.

public import MartletCall
public import MartletProto
public import MartletWire
internal import Synchronization

/// A run that this process executes.
public final class TrackedRun: Sendable {
  /// The id of the run.
  public let id: String
  /// The name of its flow or task.
  public let definition: String
  /// The epoch in which this process has the run.
  public let epoch: Int64
  /// What this process is called in the run's reports.
  public let executionID: String
  /// The run's span: what it starts is traced below it.
  public let trace: TraceContext

  let reporting: Reporting
  private let counters = Mutex(Counters())

  private struct Counters: Sendable {
    var seq: Int64 = 0
    var line: Int64 = 0
    var result: Payload?
    var isAbandoned = false
    var retries: Int32 = 0
  }

  /// How the run is tried again; nil for not at all.
  let retry: RetryPolicy?
  // Slots are the server's to give: without its word such a run does not begin.
  private let hasLimits: Bool

  init(
    id: String, epoch: Int64 = 1, definition: String, trace: TraceContext, retry: RetryPolicy?,
    hasLimits: Bool, reporting: Reporting
  ) {
    self.id = id
    self.epoch = epoch
    self.retry = retry
    self.hasLimits = hasLimits
    self.definition = definition
    self.trace = trace
    self.reporting = reporting
    executionID = Identifier.random()
  }

  // MARK: Life

  /// Creates the run and enters RUNNING.
  ///
  /// - Throws: `RunError` when the server says that the run may not begin. When the server is away work goes on: the
  ///   id is known to nobody else, so nobody else can have the run; but one that has limits waits for its slots.
  func begin(_ run: Run) async throws(RunError) {
    var run = run
    // Should the server hear of it only when the enclosing run has ended: it began before.
    run.state = run.state ?? State()
    run.state?.observedTime = .now
    await reporting.reporter.post(numbered(.create(run)))
    try await start()
  }

  /// Enters RUNNING; after `end` said that the run is tried again, once more.
  ///
  /// - Throws: `RunError` when the server says that the run may not begin.
  public func start() async throws(RunError) { try await start(needsVerdict: hasLimits) }

  /// As `start`; with `needsVerdict` not without the server's word.
  func start(needsVerdict: Bool) async throws(RunError) {
    if isAbandoned { throw .cancelled }
    let answer = await reporting.reporter.submit(
      numbered(.propose(.observed(.running))), needsVerdict: needsVerdict)
    guard case .verdict(let verdict) = answer else {
      if needsVerdict, answer == .unconfirmed { throw .cancelled }
      return try check(answer)
    }
    switch verdict.state?.type {
    case .cancelling:
      // Stopped before it began: nobody but its owner can say that it has stopped.
      _ = await reporting.reporter.submit(numbered(.propose(.observed(.cancelled))))
      throw .cancelled
    case .cancelled: throw .cancelled
    default: try check(answer)
    }
  }

  /// Enters a final state. Waits for the answer, at most the reporter's patience.
  ///
  /// - Returns: the verdict; nil when there is none yet, and the report is kept.
  /// - Throws: `RunError` when the server says no, as it does when the run was given to another process.
  @discardableResult
  public func end(_ state: State) async throws(RunError) -> Verdict? {
    if isAbandoned { throw .cancelled }
    var state = state
    if state.observedTime == nil { state.observedTime = .now }
    if state.type == .completed, state.detail == nil, let result = counters.withLock({ $0.result })
    {
      state.detail = .completed(Completed(result: result))
    }
    let answer = await reporting.reporter.submit(numbered(.propose(state)))
    try check(answer)
    if case .verdict(let verdict) = answer { return verdict }
    return nil
  }

  /// How long to wait before the next attempt, after `end` was told that the last one failed.
  ///
  /// - Parameters:
  ///   - state: what was told.
  ///   - verdict: what the server said; nil when it is away: then the run's own policy holds, as it will when the
  ///     reports are heard.
  /// - Returns: nil when there is no next attempt, or not here.
  public func delay(after state: State, _ verdict: Verdict?) -> Duration? {
    guard let retry, retry.mode != .reschedule else { return nil }
    let retries = counters.withLock {
      $0.retries += 1
      return $0.retries
    }
    guard let verdict else {
      guard state.type == .failed, retries <= retry.maxRetries else { return nil }
      if case .failed(let failed)? = state.detail, failed.retriable == false { return nil }
      return retry.delay(before: retries)
    }
    guard verdict.code == .replaced, let next = verdict.state, next.type == .scheduled else {
      return nil
    }
    guard case .scheduled(let scheduled)? = next.detail, let due = scheduled.dueTime,
      let time = next.time
    else { return .zero }
    return .seconds(due.seconds - time.seconds) + .nanoseconds(Int64(due.nanos) - Int64(time.nanos))
  }

  /// From now on nothing is told of how the run goes: it is somebody else's, or is to be lost with this process.
  public func abandon() { counters.withLock { $0.isAbandoned = true } }

  private var isAbandoned: Bool { counters.withLock { $0.isAbandoned } }

  func keep(_ result: Payload) { counters.withLock { $0.result = result } }

  // MARK: Words

  // The server keeps 64 KiB of a line.
  private static let longestLine = 60 << 10

  /// Says something in the run's log. What is longer than the server keeps is cut, and NUL, which it cannot keep,
  /// becomes U+FFFD.
  public func log(_ message: String, level: LogLevel = .info, logger: String = "") async {
    let line = counters.withLock {
      $0.line += 1
      return $0.line
    }
    var entry = LogEntry()
    entry.line = line
    entry.time = .now
    entry.level = level
    entry.logger = logger
    entry.message = Self.storable(message)
    await reporting.reporter.post(plain(.log(entry)))
  }

  static func storable(_ message: String) -> String {
    let bytes = message.utf8
    guard bytes.count > longestLine || bytes.contains(0) else { return message }
    // A character that is cut through is repaired.
    let kept = bytes.prefix(longestLine)
    let text = String(decoding: kept, as: UTF8.self)
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
  }

  /// Tracks a task below this run; `retry`, `timeout` and `limits` as for a flow.
  public func task<R: Sendable>(
    _ name: String, parameters: [String: JSONValue] = [:], retry: RetryPolicy? = nil,
    timeout: Duration? = nil, limits: [RunLimit] = [],
    body: @escaping @Sendable (TrackedRun) async throws -> R
  ) async throws -> R {
    try await reporting.track(
      kind: .task, name, parameters: parameters, parent: id, trace: trace, retry: retry,
      timeout: timeout, limits: limits, body: body)
  }

  // MARK: Reports

  func numbered(_ item: RunReport.Item) -> RunReport {
    let seq = counters.withLock {
      $0.seq += 1
      return $0.seq
    }
    var report = plain(item)
    report.seq = seq
    return report
  }

  func plain(_ item: RunReport.Item) -> RunReport {
    var report = RunReport()
    report.runID = id
    report.epoch = epoch
    report.executionID = executionID
    report.item = item
    return report
  }

  func check(_ answer: Reporter.Answer) throws(RunError) {
    switch answer {
    case .unconfirmed: return
    case .error(let error):
      throw .rejected(reason: error.reason, message: error.message, field: error.field)
    case .verdict(let verdict):
      switch verdict.code {
      case .fenced: throw .fenced(reason: verdict.reason)
      case .refused: throw .refused(reason: verdict.reason)
      default: return
      }
    }
  }
}

extension State {
  /// A state that begins now by this machine's clock.
  static func observed(_ type: StateType) -> State {
    var state = State(type: type)
    state.observedTime = .now
    return state
  }
}

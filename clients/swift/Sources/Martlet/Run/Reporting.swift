// Decides the frame in which a program tracks its work: a client, a reporter beside it, and the server's wishes handed
// to the runs they concern as cancellation of their tasks.

internal import Glibc
internal import MartletCall
public import MartletProto
public import MartletWire

/// Tracks runs of this process.
public final class Reporting: Sendable {
  /// The server.
  public let client: Client
  /// Tells it what happens.
  public let reporter: Reporter
  /// What this process was told by the one that started it.
  public let environment: RunEnvironment
  /// The run that this process works for, if it was started by one.
  public var parentRunID: String? { environment.runID }

  let wishes = RunWishes()

  init(client: Client, reporter: Reporter, environment: RunEnvironment) {
    self.client = client
    self.reporter = reporter
    self.environment = environment
  }

  /// Tracks a flow: created, RUNNING, and then COMPLETED, FAILED or CANCELLED as `body` ends. A child of the run that
  /// this process works for, if there is one.
  ///
  /// When somebody asks the run to stop, the task that executes `body` is cancelled. When it fails and `retry` has an
  /// attempt left, `body` is executed again; at the end of `timeout` the attempt's task is cancelled and fails. It begins
  /// when it has the slots of `limits`, which are given back when it ends.
  ///
  /// - Throws: what `body` throws; `RunError` when the server says that the run may not begin or is not this process's.
  public func flow<R: Sendable>(
    _ name: String, parameters: [String: JSONValue] = [:], retry: RetryPolicy? = nil,
    timeout: Duration? = nil, limits: [RunLimit] = [],
    body: @escaping @Sendable (TrackedRun) async throws -> R
  ) async throws -> R {
    try await track(
      kind: .flow, name, parameters: parameters, parent: parentRunID, retry: retry,
      timeout: timeout, limits: limits, body: body)
  }

  /// Tracks a task of the run that this process works for, as `flow` does.
  public func task<R: Sendable>(
    _ name: String, parameters: [String: JSONValue] = [:], retry: RetryPolicy? = nil,
    timeout: Duration? = nil, limits: [RunLimit] = [],
    body: @escaping @Sendable (TrackedRun) async throws -> R
  ) async throws -> R {
    try await track(
      kind: .task, name, parameters: parameters, parent: parentRunID, retry: retry,
      timeout: timeout, limits: limits, body: body)
  }

  /// Begins a run that the caller ends itself, with `end` and then `forget`.
  ///
  /// - Throws: `RunError` when the server says that the run may not begin.
  public func begin(
    kind: RunKind, _ definition: String, name: String = "",
    parameters: [String: JSONValue] = [:], parent: String?, retry: RetryPolicy? = nil,
    timeout: Duration? = nil, limits: [RunLimit] = []
  ) async throws(RunError) -> TrackedRun {
    try await begin(
      kind: kind, definition, name: name, parameters: parameters, parent: parent, trace: nil,
      retry: retry, timeout: timeout, limits: limits)
  }

  private func begin(
    kind: RunKind, _ definition: String, name: String = "", parameters: [String: JSONValue],
    parent: String?, trace: TraceContext?, retry: RetryPolicy?, timeout: Duration?,
    limits: [RunLimit]
  ) async throws(RunError) -> TrackedRun {
    let creator = trace ?? environment.trace
    let tracked = TrackedRun(
      id: Identifier.timeOrdered(), definition: definition,
      trace: creator?.child ?? .root, retry: retry, hasLimits: !limits.isEmpty,
      reporting: self)
    var run = Run()
    run.kind = kind
    run.definition = definition
    run.name = name
    run.parameters = parameters.isEmpty ? nil : parameters
    run.parentID = parent ?? ""
    run.traceParent = creator?.header ?? ""
    run.retry = retry
    run.timeout = timeout
    run.limits = limits
    wishes.begin(tracked.id)
    do {
      try await tracked.begin(run)
    } catch {
      forget(tracked)
      throw error
    }
    return tracked
  }

  /// Takes a run that was offered to this process, or to the one that started it: the first that enters RUNNING has it.
  ///
  /// While the server is away, or lets the run wait, so does the caller: work whose claim nobody confirmed may be
  /// somebody else's.
  ///
  /// - Parameters:
  ///   - run: as it was offered.
  ///   - epoch: the epoch that the offer made.
  /// - Throws: `RunError` when the run is not this process's to begin; `CancellationError`.
  public func take(_ run: Run, epoch: Int64) async throws -> TrackedRun {
    let tracked = TrackedRun(
      id: run.id, epoch: epoch, definition: run.definition,
      trace: TraceContext(header: run.traceParent)?.child ?? .root, retry: run.retry,
      hasLimits: true, reporting: self)
    wishes.begin(tracked.id)
    do {
      try await tracked.bind()
    } catch {
      forget(tracked)
      throw error
    }
    return tracked
  }

  /// Calls `action` when the server wants the run to stop, now if it does already, until `forget`.
  public func onCancel(
    of run: TrackedRun, _ action: @escaping @Sendable (Directive.CancelRun) -> Void
  ) {
    wishes.onCancel(of: run.id, action)
  }

  /// The run has ended: what the server wants of it is heard no more.
  public func forget(_ run: TrackedRun) { wishes.end(run.id) }

  func track<R: Sendable>(
    kind: RunKind, _ definition: String, parameters: [String: JSONValue] = [:], parent: String?,
    trace: TraceContext? = nil, retry: RetryPolicy? = nil, timeout: Duration? = nil,
    limits: [RunLimit] = [], body: @escaping @Sendable (TrackedRun) async throws -> R
  ) async throws -> R {
    let run = try await begin(
      kind: kind, definition, parameters: parameters, parent: parent, trace: trace, retry: retry,
      timeout: timeout, limits: limits)
    return try await execute(run, timeout: timeout, body: body)
  }

  /// Executes a run that this process has begun with `take` or `begin`, until it has ended: with its retries, each attempt
  /// within `timeout`, and cancelled when the server wants it to stop or the surrounding task is cancelled.
  ///
  /// - Throws: what `body` throws; `RunError` when the server says that the run may not go on.
  public func execute<R: Sendable>(
    _ run: TrackedRun, timeout: Duration? = nil,
    body: @escaping @Sendable (TrackedRun) async throws -> R
  ) async throws -> R {
    let stop = StopSwitch()
    onCancel(of: run) { _ in stop.turn() }
    defer { forget(run) }
    return try await withTaskCancellationHandler {
      while true {
        switch await Attempt.make(timeout: timeout, stop: stop, { try await body(run) }) {
        case .success(let value):
          try await run.end(State(type: .completed))
          return value
        case .failure(let error, let state):
          // The body's own error is what the caller wants to see, whatever the server says to it.
          var delay: Duration?
          if let verdict = try? await Optional.some(run.end(state)) {
            delay = run.delay(after: state, verdict)
          }
          guard let delay else { throw error }
          if await !stop.sleep(for: delay) {
            _ = try? await run.end(State(type: .cancelled, message: "cancelled"))
            throw CancellationError()
          }
          try await run.start()
        }
      }
    } onCancel: {
      stop.turn()
    }
  }

  /// Hands the server's wishes to the runs they concern.
  func heed() async {
    for await directive in reporter.directives { wishes.hear(directive) }
  }

  /// This process, for people: host and process id.
  package static var processName: String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "\(getpid())" }
    let host = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return "\(String(decoding: host, as: UTF8.self))/\(getpid())"
  }
}

extension State {
  // What the server keeps of a state's message and of an error's.
  private static let longestMessage = 16 << 10
  private static let longestError = 60 << 10

  /// A failure: the type of the error, such as `DecodingError` or `exit status 3`, and what it says.
  public static func failed(_ type: String, _ message: String) -> State {
    let text = TrackedRun.storable(message)
    var state = State(type: .failed)
    state.message = text.prefix(bytes: longestMessage)
    state.detail = .failed(
      Failed(
        errorType: TrackedRun.storable(type).prefix(bytes: 500),
        errorMessage: text.prefix(bytes: longestError)))
    return state
  }
}

extension String {
  /// The longest beginning of whole characters that takes at most so many bytes.
  fileprivate func prefix(bytes: Int) -> String {
    guard utf8.count > bytes else { return self }
    var end = utf8.index(utf8.startIndex, offsetBy: bytes)
    while end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
    return String(self[..<end])
  }
}

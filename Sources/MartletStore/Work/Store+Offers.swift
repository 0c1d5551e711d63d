// Decides what becomes of offers: accepted, declined, lost with their executors.

public import MartletModel
import MartletPostgres

/// How an executor that a worker started has ended.
public struct ExecutorExit: Sendable, Equatable {
  /// The run.
  public var runID: RunID
  /// Its epoch.
  public var epoch: Int64
  /// The session that the executor had; nil when it had none.
  public var sessionID: SessionID?
  /// Its exit code, when it left by itself.
  public var exitCode: Int32?
  /// The signal that ended it, when one did.
  public var signal: Int32?
  /// What the machine says of it.
  public var message: String

  /// Makes an exit.
  public init(
    runID: RunID, epoch: Int64, sessionID: SessionID? = nil, exitCode: Int32? = nil,
    signal: Int32? = nil, message: String = ""
  ) {
    self.runID = runID
    self.epoch = epoch
    self.sessionID = sessionID
    self.exitCode = exitCode
    self.signal = signal
    self.message = message
  }

  /// What happened, for people.
  var sentence: String {
    var parts: [String] = []
    if let exitCode { parts.append("exit code \(exitCode)") }
    if let signal { parts.append("signal \(signal)") }
    if !message.isEmpty { parts.append(message) }
    return parts.isEmpty ? "it ended before the run began" : parts.joined(separator: ": ")
  }
}

extension Store {
  /// Notes that workers have taken runs: their offers do not lapse any more.
  /// - Returns: Those that are not theirs any more.
  public func acceptOffers(
    _ offers: [(run: RunID, epoch: Int64)]
  ) async throws(StoreError) -> [(run: RunID, epoch: Int64)] {
    if offers.isEmpty { return [] }
    return try await write { connection in
      var lost: [(run: RunID, epoch: Int64)] = []
      try connection.query(SQL.acceptOffers) {
        $0.bindArray(offers.map(\.run))
        $0.bindArray(offers.map(\.epoch))
      }.forEach { row throws(PostgresError) in lost.append((try row.get(0), try row.get(1))) }
      return lost
    }
  }

  /// How runs stand that workers were offered; those that are gone are not among them.
  public func offerStandings(of runs: [RunID]) async throws(StoreError) -> [OfferStanding] {
    if runs.isEmpty { return [] }
    return try await read { connection in
      try connection.query(SQL.checkOffers) { $0.bindArray(runs) }
        .map { row throws(PostgresError) in
          OfferStanding(
            runID: try row.get(0), epoch: try row.get(1), stateType: try row.get(2),
            isBound: try row.get(3), sessionID: try row.optional(4))
        }
    }
  }

  /// Runs that a worker was offered and has not taken yet.
  public func unacceptedOffers(
    of worker: WorkerID
  ) async throws(StoreError) -> [(run: RunID, epoch: Int64)] {
    try await read { connection in
      var open: [(run: RunID, epoch: Int64)] = []
      try connection.query(SQL.listUnacceptedOffers) { $0.bind(worker) }
        .forEach { row throws(PostgresError) in open.append((try row.get(0), try row.get(1))) }
      return open
    }
  }

  /// Has the offers lapse of runs that a worker has taken and has no executor of now, where these have not begun.
  /// - Parameters:
  ///   - held: The runs whose executors it has.
  ///   - patience: How long what such an executor has left to be told may be on its way.
  public func doubtOffers(
    of worker: WorkerID, but held: [(run: RunID, epoch: Int64)], patience: Interval = .seconds(15)
  ) async throws(StoreError) {
    _ = try await write { connection in
      try connection.query(SQL.doubtOffers) {
        $0.bind(worker)
        $0.bindArray(held.map(\.run))
        $0.bindArray(held.map(\.epoch))
        $0.bind(patience)
      }.affected
    }
  }

  /// Takes offers back: their runs are ready again.
  public func withdrawOffers(
    _ offers: [(run: RunID, epoch: Int64)]
  ) async throws(StoreError) {
    if offers.isEmpty { return }
    _ = try await transitions.submit(
      offers.map { .withdrawOffer(Offer(runID: $0.run, sessionID: nil, epoch: $0.epoch)) })
  }

  /// Takes an offer back that its worker sends back; why is kept for those who ask what the run waits for.
  public func declineOffer(
    _ run: RunID, epoch: Int64, in namespace: Namespace, by worker: String, reason: String
  ) async throws(StoreError) {
    let isThere = try await write { connection in
      try connection.query(SQL.noteDecline) {
        $0.bind(run)
        $0.bind(epoch)
        $0.bind(worker)
        $0.bind(reason)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in try row.get(0, as: RunID.self) } != nil
    }
    if isThere { try await withdrawOffers([(run, epoch)]) }
  }

  /// Deals with an executor that ended before it could report its run's end. A run that had not begun is offered again,
  /// a few times; one that had goes the way of a lost executor at once.
  public func executorEnded(
    _ exit: ExecutorExit, in namespace: Namespace
  ) async throws(StoreError) {
    let known = try await offerStandings(of: [exit.runID]).first
    guard let known, known.epoch == exit.epoch else { return }
    guard known.isBound else {
      if known.stateType == .pending { try await misfire(exit, in: namespace) }
      return
    }
    guard let session = exit.sessionID, session == known.sessionID else { return }
    do throws(StoreError) { try await closeSession(session, in: namespace) } catch .notFound {}
    _ = try await transitions.submit(
      .sessionLapsed(SessionLapse(runID: exit.runID, sessionID: session)))
  }

  private func misfire(
    _ exit: ExecutorExit, in namespace: Namespace
  ) async throws(StoreError) {
    let times = try await write { connection in
      try connection.query(SQL.countMisfire) {
        $0.bind(exit.runID)
        $0.bind(exit.epoch)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in try row.get(0, as: Int32.self) }
    }
    guard let times else { return }
    var commands: [Command] = [
      .withdrawOffer(Offer(runID: exit.runID, sessionID: nil, epoch: exit.epoch))
    ]
    if times >= PoolRules.misfires {
      // Nothing but an owner could object, and then the run has begun after all.
      commands.append(
        .setState(
          StateOverride(
            namespace: namespace, runID: exit.runID, actor: "service:dispatcher",
            state: RunState(
              .crashed(
                .init(signal: exit.signal, exitCode: exit.exitCode, note: exit.message)),
              name: "InfrastructureFailed",
              message: "Its executor ended \(times) times before it began: \(exit.sentence)."))))
    }
    _ = try await transitions.submit(commands)
  }

  /// Ends runs that cannot be started: what is wrong is said in their state.
  public func refuseLaunches(
    _ faults: [(run: RunID, problem: String)], in namespace: Namespace
  ) async throws(StoreError) {
    if faults.isEmpty { return }
    _ = try await transitions.submit(
      faults.map { fault in
        .setState(
          StateOverride(
            namespace: namespace, runID: fault.run, actor: "service:dispatcher",
            state: RunState(
              .crashed(.init(note: fault.problem)), name: "LaunchRefused",
              message: String(fault.problem.prefix(4000)))))
      })
  }
}

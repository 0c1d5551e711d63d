// Decides a world over the real store: two replicas on one Postgres, clients, an operator and the engine's services, in
// rounds in which much happens at once; connections are killed in the midst of it, and replicas replaced.

import Foundation
import MartletEngine
import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit

/// A seeded run of the store; what is chosen is the same for the same seed, what wins a race is not.
final class StoreWorld {
  /// What was acknowledged, to be found again at the end.
  struct Acknowledgement {
    let command: Command
    let answer: CommandAnswer
  }

  let database: TestDatabase
  var random: SplitMix64
  var checker = HistoryChecker()
  private(set) var stores: [Store] = []
  private(set) var clients: [StoreClient] = []
  private(set) var problems: [String] = []
  private var acknowledged: [Acknowledgement] = []
  /// Runs that were created, and when their parents' stops were heard of.
  private(set) var runs: [RunID: NewRun] = [:]
  private(set) var stopped: Set<RunID> = []

  /// How many commands were acknowledged.
  var acknowledgements: Int { acknowledged.count }

  static let namespace = Namespace.standard

  init(seed: UInt64, on database: TestDatabase) async throws {
    random = SplitMix64(seed: seed)
    self.database = database
    for _ in 0..<2 { stores.append(try await connect()) }
  }

  func shutdown() async { for store in stores { await store.shutdown() } }

  private func connect() async throws -> Store {
    var settings = Store.Settings()
    settings.timing = TransitionTiming(
      lateAfter: .milliseconds(20), timeoutGrace: .milliseconds(5), pausePoll: .milliseconds(1))
    let store = Store(database.configuration, settings: settings, logger: TestCluster.silent)
    try await store.waitUntilConnected()
    return store
  }

  /// One round: everybody does something at once.
  func round() async throws {
    // Connections that were killed come back after a pause: without it most rounds would meet nobody.
    for store in stores { try await store.waitUntilConnected() }
    while clients.count(where: { !$0.isOver }) < 12 {
      let client = newClient()
      clients.append(client)
      _ = try await surely { store in
        try await store.openSession(
          client.session, in: Self.namespace, holder: "client", actor: "client")
      }
    }
    var commands: [(client: StoreClient?, command: Command)] = []
    for client in clients where !client.isOver && random.chance(0.7) {
      if let command = client.next(&random) { commands.append((client, command)) }
    }
    for _ in 0..<Int.random(in: 0...2, using: &random) {
      if let command = try await operation() { commands.append((nil, command)) }
    }
    // Their answers may be lost.
    for (_, command) in commands {
      switch command {
      case .retry, .setState: stopped.remove(command.runID)
      default: break
      }
    }
    let kills = random.chance(0.15)
    let chosen = commands.map { ($0.command, Int.random(in: 0...1, using: &random)) }
    let twice = commands.map { _ in random.chance(0.08) }
    let stores = stores
    let database = database
    let known = stopped
    // A repeat of the same report meets the first at the other replica.
    let answers = try await withThrowingTaskGroup(of: (Int, CommandAnswer?).self) { group in
      for (index, (command, side)) in chosen.enumerated() {
        group.addTask { (index, try? await stores[side].transitions.submit(command)) }
        if twice[index] {
          group.addTask { (index, try? await stores[1 - side].transitions.submit(command)) }
        }
      }
      if kills { group.addTask { (-1, try await Self.kill(database)) } }
      var answers: [(Int, CommandAnswer?)] = []
      for try await answer in group where answer.0 >= 0 { answers.append(answer) }
      return answers.sorted { $0.0 < $1.0 }
    }
    for (index, answer) in answers {
      guard let answer else { continue }
      hear(answer, to: commands[index].command, of: commands[index].client, stopped: known)
    }
    try await serve()
    if random.chance(0.04) { try await replace(Int.random(in: 0...1, using: &random)) }
  }

  /// Ends every connection of a database, wherever its transactions are.
  private static func kill(_ database: TestDatabase) async throws -> CommandAnswer? {
    try await BlockingThread.run {
      try database.connect().script(
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()
        """)
    }
    return nil
  }

  /// A replica dies, and another comes in its place.
  private func replace(_ side: Int) async throws {
    await stores[side].shutdown()
    stores[side] = try await connect()
  }

  /// Lets the services of both replicas do a pass at once, now and then after some session fell silent.
  private func serve() async throws {
    if random.chance(0.25), let client = clients.randomElement(using: &random) {
      try await lapse([client.session])
      client.isLost = random.chance(0.5)
    }
    await pass()
  }

  private func pass() async {
    var settings = EngineSettings()
    settings.hold = .milliseconds(20)
    let contexts = stores.map {
      EngineContext($0, settings: settings, logger: TestCluster.silent)
    }
    await withTaskGroup(of: Void.self) { group in
      for context in contexts {
        // What fails is done in a later pass.
        group.addTask { _ = try? await context.store.tickLeaseClock(tolerance: .hours(1)) }
        group.addTask { _ = try? await Reaper(context).step() }
        group.addTask { _ = try? await DueRunner(context).step() }
        group.addTask { _ = try? await CascadeRunner(context).step() }
        group.addTask { _ = try? await ClaimKeeper(context).step() }
      }
    }
  }

  /// Asks again while connections that were killed are made anew.
  private func surely<Result: Sendable>(
    _ body: (Store) async throws -> Result
  ) async throws -> Result {
    for store in stores + stores + stores {
      do { return try await body(store) } catch StoreError.unavailable {
        try await store.waitUntilConnected()
      }
    }
    return try await body(stores[0])
  }

  private func sql(_ text: String) async throws {
    let database = database
    try await BlockingThread.run { try database.connect().script(text) }
  }

  private func text(_ query: String) async throws -> String {
    let database = database
    return try await BlockingThread.run {
      let rows = try database.connect().query(Statement("", query, planning: .everyTime))
      return try rows.first { row throws(PostgresError) in try row.get(0, as: String.self) } ?? ""
    }
  }

  private func lapse(_ sessions: [SessionID]) async throws {
    let ids = sessions.map { "'\($0)'" }.joined(separator: ", ")
    try await sql(
      """
      UPDATE session SET beat_time = beat_time - interval '1 hour',
        lease_until = clock_timestamp() - interval '1 s' WHERE id IN (\(ids))
      """)
  }

  private func newClient() -> StoreClient {
    let parents = runs.keys.sorted()
    let parent = random.chance(0.5) ? parents.randomElement(using: &random) : nil
    return StoreClient(parent: parent, &random)
  }

  /// What an operator asks of some run.
  private func operation() async throws -> Command? {
    guard let id = runs.keys.sorted().randomElement(using: &random) else { return nil }
    let namespace = Self.namespace
    let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    switch Int.random(in: 0..<7, using: &random) {
    case 0, 1:
      return .cancel(
        Cancellation(
          namespace: namespace, runID: id, actor: HistoryChecker.Operator.cancel,
          bound: .milliseconds(5)))
    case 2:
      return .pause(
        PauseRequest(namespace: namespace, runID: id, actor: HistoryChecker.Operator.pause))
    case 3, 4:
      guard let run = try? await stores[0].run(id, in: namespace) else { return nil }
      return .resume(
        Resumption(
          namespace: namespace, runID: id, actor: HistoryChecker.Operator.resume,
          revision: run.snapshot.revision))
    case 5:
      return .retry(
        RetryRequest(
          namespace: namespace, runID: id, actor: HistoryChecker.Operator.retry,
          isForced: random.chance(0.5), dueTime: random.chance(0.3) ? now : nil))
    default:
      return .setState(
        StateOverride(
          namespace: namespace, runID: id, actor: HistoryChecker.Operator.force,
          state: RunState(
            random.chance(0.5)
              ? .scheduled(RunState.Scheduled()) : .failed(RunState.Failed(retriable: false))),
          isForced: random.chance(0.5)))
    }
  }

  /// Takes an answer: it is remembered, and its client goes on by it.
  private func hear(
    _ answer: CommandAnswer, to command: Command, of client: StoreClient?, stopped: Set<RunID>
  ) {
    if case .verdict(let verdict, let isDuplicate) = answer.result {
      switch verdict.code {
      case .accepted, .replaced:
        acknowledged.append(Acknowledgement(command: command, answer: answer))
        note(command, answer, isDuplicate ? [] : stopped)
      case .wait, .refused, .fenced: break
      }
    }
    client?.hear(answer, to: command)
  }

  /// Notes what was begun or stopped, and that no child starts below what was known to be stopped.
  private func note(_ command: Command, _ answer: CommandAnswer, _ known: Set<RunID>) {
    let id = command.runID
    if case .report(let report) = command {
      switch report.item {
      case .create(let run): runs[id] = run
      // What is told asks nobody.
      case .tell: break
      case .propose(let state):
        if state.type == .running,
          !["CRASHED/still-running", "RUNNING/rename"].contains(answer.rule),
          let parent = runs[id]?.parentID, known.contains(parent)
        {
          problems.append("\(Promise.stoppedParents.rawValue): \(id) starts below \(parent)")
        }
      }
    }
    if case .cancel = command { stopped.insert(id) }
  }

  /// Lets everything come to rest: nobody reports any more, and every bound passes.
  func rest() async throws {
    var open = ""
    let end = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < end {
      for store in stores { try await store.waitUntilConnected() }
      try await sql(
        """
        UPDATE session SET beat_time = beat_time - interval '1 hour',
          lease_until = clock_timestamp() - interval '1 s'
        """)
      await pass()
      open = try await text(
        """
        SELECT coalesce(string_agg(what, ', '), '') FROM (
          SELECT 'a cascade of ' || run_id AS what FROM run_cascade
          UNION ALL SELECT 'a claim of ' || run_id FROM claim
          UNION ALL SELECT 'CANCELLING of ' || s.id
            FROM run_due d JOIN run_state s ON s.id = d.run_id WHERE s.state_type = 5) AS open
        """)
      if open.isEmpty { return }
    }
    problems.append("\(Promise.withinBounds.rawValue): under way at the end of all: \(open)")
  }

  /// Reads every history and checks it, then what was acknowledged against it.
  func check() async throws {
    var histories: [RunID: [Transition]] = [:]
    var states: [RunID: RunSnapshot] = [:]
    for (id, run) in runs.sorted(by: { $0.key < $1.key }) {
      checker.begin(id, run)
      let history = try await surely {
        try await $0.transitions(of: id, in: Self.namespace, limit: 10_000)
      }
      for transition in history { checker.observe(transition) }
      histories[id] = history
      let row = try await surely { try await $0.run(id, in: Self.namespace) }.snapshot
      states[id] = row
      if row.revision != history.last?.revision || row.stateType != history.last?.to.type {
        problems.append("\(Promise.inOrder.rawValue): the row of \(id) is not as its history")
      }
    }
    if let (promise, problem) = checker.violation {
      problems.append("\(promise.rawValue): \(problem)")
    }
    for known in acknowledged { check(known, histories[known.command.runID] ?? []) }
    // One that went back to SCHEDULED while a cascade passed never starts.
    for (id, state) in states where !state.stateType.isTerminal && state.stateType != .scheduled {
      let wasForced = histories[id]?.contains { $0.actor == HistoryChecker.Operator.force } ?? false
      guard !wasForced, let parent = state.parentID, states[parent]?.stateType == .cancelled else {
        continue
      }
      problems.append("\(Promise.stoppedParents.rawValue): \(id) outlives \(parent)")
    }
  }

  private func check(_ known: Acknowledgement, _ history: [Transition]) {
    let id = known.command.runID
    guard case .report(let report) = known.command, report.executionID != nil else {
      if !history.contains(where: { $0.revision == known.answer.revision }) {
        problems.append("\(Promise.nothingLost.rawValue): \(known.command) of \(id)")
      }
      return
    }
    let rows = history.filter { $0.epoch == report.epoch && $0.seq == report.seq }
    if rows.count != 1 || rows[0].executionID != report.executionID {
      let promise = rows.isEmpty ? Promise.nothingLost : .nothingDoubled
      problems.append(
        "\(promise.rawValue): seq \(report.seq) of \(id) has \(rows.count) transitions")
    }
  }
}

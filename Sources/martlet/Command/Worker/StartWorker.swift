// Decides how a worker is started from the command line, what it prints, and what signals mean to it: the first TERM drains
// it, the second has it leave at once; runs that it has started live on and are found by the next worker of its name.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletServer
import MartletWorker
import Synchronization

struct StartWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "start", abstract: "Start a worker: it runs what is due in a pool.",
    discussion: """
      Each run is a process of its own that survives the worker: a worker that is started again with the same name finds \
      the runs of the one before. TERM or Ctrl-C lets it finish what it has and take no more; a second one ends it at \
      once, and its runs go on.

      What it keeps is in ~/.martlet/worker/POOL/NAME: logs of executors, the directories of the last five failed runs, \
      and what pull steps may use again.

      Try it:  martlet worker start --pool default-agent-pool
      """)
  @Option(name: [.short, .long], help: "The pool.", completion: .pools)
  var pool: String
  @Option(name: [.short, .long], help: "Its name, unique in the pool (default: the machine's).")
  var name: String?
  @Option(name: [.short, .long], help: "How many runs it has at a time.")
  var limit: Int = 10
  @Option(
    name: [.customShort("q"), .customLong("queue"), .customLong("work-queue")],
    help: "Only runs of this queue; may be repeated.")
  var queue: [String] = []
  @Option(help: "A label that deployments may ask for, KEY=VALUE; may be repeated.")
  var label: [String] = []
  @Flag(help: "Leave when nothing is due and its runs have ended.")
  var runOnce = false
  @Option(name: [.short, .long], help: "What it executes: process.")
  var type: String = ProcessLauncher.type
  @Option(help: "Where it keeps its files.")
  var stateDir: String?
  @Option(help: "Answer GET /health on this port of 127.0.0.1.")
  var healthPort: Int?
  @Flag(help: ArgumentHelp("As --health-port 8080.", visibility: .hidden))
  var withHealthcheck = false
  @OptionGroup var connection: ConnectionOptions

  private static let standardHealthPort = 8080

  func validate() throws {
    guard (1...10_000).contains(limit) else {
      throw ValidationError("--limit must be from 1 to 10000")
    }
    guard label.allSatisfy({ $0.contains("=") }) else {
      throw ValidationError("--label takes KEY=VALUE")
    }
    guard healthPort.map({ (1...65_535).contains($0) }) ?? true else {
      throw ValidationError("--health-port must be from 1 to 65535")
    }
    guard type == ProcessLauncher.type else {
      throw ValidationError("there is no worker of type \(type) in this program: it has process")
    }
    guard !pool.contains("/"), !(name ?? "").contains("/") else {
      throw ValidationError("names of pools and workers have no /")
    }
  }

  func run() async throws {
    let environment = connection.environment
    let name = name ?? Self.hostName
    let launcher: ProcessLauncher
    do {
      launcher = try ProcessLauncher(
        stateDirectory: stateDir ?? "\(environment.home)/worker/\(pool)/\(name)",
        environment: environment)
    } catch {
      complain("martlet: \(error)")
      throw ExitCode(ExitStatus.failed.rawValue)
    }
    let health = Mutex(WorkerHealth.Standing.starting)
    if let port = healthPort ?? (withHealthcheck ? Self.standardHealthPort : nil) {
      do { try WorkerHealth.serve(port) { health.withLock { $0 } } } catch {
        complain("martlet: \(error)")
        throw ExitCode(ExitStatus.failed.rawValue)
      }
    }
    let signals = Signals.stream([SIGTERM, SIGINT])
    let printer = WorkerPrinter(pool: pool, name: name)
    try await Connection.use(connection) { connection in
      await warn(on: connection)
      let worker = PoolWorker(
        connection.client, namespace: connection.namespace,
        identity: identity(name, launcher.sessionID), launcher: launcher,
        spools: environment.spoolDirectory, limit: limit
      ) { news in
        switch news {
        case .started: health.withLock { $0 = .connected }
        case .disconnected: health.withLock { $0 = .disconnected }
        default: break
        }
        printer.print(news)
      }
      let heed = Task {
        var isFirst = true
        for await _ in signals {
          if isFirst { worker.drain() } else { worker.leave() }
          isFirst = false
        }
      }
      defer { heed.cancel() }
      try await runOnce ? worker.runOnce() : worker.run()
      printer.stopped()
      return nil
    }
  }

  /// Says which of its queues are not there, for it would wait for ever. They may come later, and so may the server.
  private func warn(on connection: Connection) async {
    guard !queue.isEmpty,
      let there = try? await connection.client.pools.listQueues(
        ListQueuesRequest(namespace: connection.namespace, pool: pool)
      ).queues.map(\.name)
    else { return }
    for name in queue where !there.contains(name) {
      complain(
        "martlet: work pool '\(pool)' has no queue '\(name)' yet: create it with "
          + "`martlet work-pool queue create \(shellQuoted(name)) --pool \(shellQuoted(pool))`")
    }
  }

  private func identity(_ name: String, _ session: String) -> WorkerIdentity {
    var identity = WorkerIdentity()
    identity.pool = pool
    identity.name = name
    identity.type = type
    identity.version = MartletVersion.current
    identity.host = Self.hostName
    identity.queues = queue
    for pair in label {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      identity.labels[String(parts[0])] = String(parts[1])
    }
    identity.session = Session(
      id: session, lease: .seconds(30), holder: "worker \(name) of \(pool)")
    return identity
  }

  private static var hostName: String {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    return host.isEmpty ? "worker" : host
  }
}

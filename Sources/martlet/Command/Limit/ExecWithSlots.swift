// Decides how a command runs while slots are held: taken before it starts, renewed while it runs, given back at its end;
// a command whose slots are lost is ended, for somebody else may have them.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletProto
import MartletRPC
import MartletWire
import MartletWorker

struct ExecWithSlots: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "exec", abstract: "Run a command while holding slots.",
    usage: "martlet limit exec NAME[:SLOTS] ... [--wait SECONDS] -- COMMAND [ARGUMENT ...]",
    discussion: """
      Takes the slots of all limits named, waiting in line for them, and runs the command with its output, signals and \
      exit code passed through. The slots are given back when it ends, or within the term when this program is killed. \
      A signal while it waits has it leave the line. When the lease is lost the command is ended. Limits that do not exist are passed over unless --strict.

      Leaves with the command's own code; 75 when the slots did not come in time or were lost; 127 when there is no \
      such command, 126 when it cannot be started.
      """)
  // One list, for there is only one: what stands before the terminator are limits, what stands behind it is the command.
  @Argument(
    help:
      "Limits, each with its slots, as external-api or gpu:2; after -- the command and its arguments."
  )
  var words: [String] = []
  @Option(help: "Seconds to wait in line; 0 does not wait (default: as long as it takes).")
  var wait: Double?
  @Option(help: "Seconds after which the slots come back when this program is killed.")
  var ttl: Int = 30
  @Flag(help: "Fail when a limit does not exist.")
  var strict = false
  @Option(help: "What the limits are for: global or tag.")
  var scope: Scope = .global
  @OptionGroup var connection: ConnectionOptions

  private var command: [String] {
    CommandLine.arguments.firstIndex(of: "--").map {
      Array(CommandLine.arguments[($0 + 1)...])
    } ?? []
  }
  private var limits: [String] { words.dropLast(command.count) }

  /// What a shell calls a temporary failure (EX_TEMPFAIL).
  static let noSlots: Int32 = 75
  /// What ends it while it waits in line.
  private static let endings = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]

  func validate() throws {
    guard !command.isEmpty else {
      throw ValidationError("say what to run: martlet limit exec NAME -- COMMAND")
    }
    guard !limits.isEmpty else { throw ValidationError("name a limit") }
    if let wait, wait < 0 { throw ValidationError("--wait must not be negative") }
    guard (1...86_400).contains(ttl) else {
      throw ValidationError("--ttl must be from 1 to 86400 seconds")
    }
    for limit in limits { _ = try wanted(limit) }
  }

  func run() async throws {
    var code: Int32 = 0
    var end: Int32?
    try await Connection.use(connection) { connection in
      let line = SlotLine(
        connection: connection, request: try request(connection), patience: wait)
      // While it waits these end this program, which leaves the line first; then the command gets its signals.
      let ignored = Signals.ignored(of: Supervisor.forwarded)
      let endings = Signals.stream(Self.endings.filter { !ignored.contains($0) })
      let signals = Signals.stream(Supervisor.forwarded.filter { !ignored.contains($0) })
      switch try await line.acquire(unless: endings) {
      case .late:
        complain("martlet: no slots: \(line.explanation)")
        code = Self.noSlots
        return nil
      case .interrupted(let number):
        await line.leave()
        end = number
        return nil
      case .granted: break
      }
      code = await hold(connection, line.id, signals: signals, ignored: ignored)
      // What cannot be given back now lapses.
      await line.leave()
      return nil
    }
    if let end {
      // As if nobody had caught it: a shell is to see what ended the program.
      Signals.die(of: end)
      code = 128 + end
    }
    if code != 0 { throw ExitCode(code) }
  }

  private func wanted(_ text: String) throws -> LimitSlots {
    var wanted = LimitSlots()
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    wanted.ref = parts.count > 1 ? parts.dropLast().joined(separator: ":") : text
    wanted.scope = scope.proto
    wanted.slots = 1
    if parts.count > 1 {
      guard let slots = Int32(parts[parts.count - 1]), slots > 0 else {
        throw ValidationError("\(text): after the colon comes a number of slots")
      }
      wanted.slots = slots
    }
    return wanted
  }

  private func request(_ connection: Connection) throws -> AcquireLeaseRequest {
    var request = AcquireLeaseRequest()
    request.namespace = connection.namespace
    request.id = Identifier.timeOrdered()
    request.limits = try limits.map(wanted)
    request.ttl = .seconds(ttl)
    request.strict = strict
    var holder = LeaseHolder()
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    holder.name = "\(host)/\(getpid()) \(command[0])"
    holder.name = String(decoding: holder.name.utf8.prefix(400), as: UTF8.self)
    holder.runID = getenv("MARTLET_RUN_ID").map { String(cString: $0) } ?? ""
    request.holder = holder
    return request
  }

  /// Runs the command; returns the code to leave with.
  private func hold(
    _ connection: Connection, _ lease: String, signals: AsyncStream<Int32>, ignored: Set<Int32>
  ) async -> Int32 {
    let child: ChildProcess
    do throws(ChildProcess.StartError) {
      child = try ChildProcess.start(
        ProgramArguments.raw(command), environment: ["MARTLET_LEASE_ID": lease],
        ignored: ignored)
    } catch {
      complain("martlet: \(error)")
      return error.exitCode
    }
    let keeper = SlotKeeper(
      connection: connection, lease: lease, ttl: .seconds(ttl), child: child)
    return await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for await number in signals { child.signal(number) }
        return false
      }
      group.addTask { await keeper.keep() }
      async let output: Void = pass(child)
      let ending = await child.wait()
      group.cancelAll()
      var isLost = false
      for await lost in group { isLost = isLost || lost }
      let limit = Task {
        try await Task.sleep(for: .seconds(1))
        child.output.finish()
      }
      await output
      limit.cancel()
      return isLost ? Self.noSlots : ending.code
    }
  }

  /// The output passes through by itself; its lines are of no interest.
  private func pass(_ child: ChildProcess) async {
    for await _ in child.output.portions { child.output.taken() }
  }
}

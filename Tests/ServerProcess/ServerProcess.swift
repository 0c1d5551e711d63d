// Decides how tests have a real server: the program itself, with a database of its own in a directory that goes away,
// killed, stopped and continued like any process.

public import Foundation
public import Martlet
import MartletCall
import MartletProto
import MartletRPC
import Synchronization

/// A server of the program under test, on a port of its own.
public final class ServerProcess: Sendable {
  /// Why there is no server.
  public struct Failure: Error, CustomStringConvertible {
    /// What happened.
    public let description: String
    /// Says what happened.
    public init(description: String) { self.description = description }
  }

  /// Where to reach it.
  public let address: String
  /// Where its files are, and whatever a test wants to leave there.
  public let directory: URL
  private let port: Int
  private let process = Mutex<Process?>(nil)
  private let ended = Mutex<AsyncStream<Void>?>(nil)

  /// The server that all tests of this process share; stopped when it ends.
  public static let shared = Task {
    let server = try ServerProcess()
    try await server.start()
    lastWill.withLock { $0.append(server) }
    atexit { ServerProcess.lastWill.withLock { $0.forEach { $0.leave() } } }
    return server
  }
  private static let lastWill = Mutex<[ServerProcess]>([])

  /// The program: `MARTLET_BIN`, or what was built beside the tests.
  public static func binary() throws -> URL {
    if let path = ProcessInfo.processInfo.environment["MARTLET_BIN"] { return URL(filePath: path) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    for configuration in ["release", "debug"] {
      let url = root.appending(path: ".build/\(configuration)/martlet")
      if FileManager.default.isExecutableFile(atPath: url.path) { return url }
    }
    throw Failure(description: "no program to test: set MARTLET_BIN or `swift build` first")
  }

  /// Chooses a port and a directory; nothing runs yet.
  public init() throws {
    port = try Self.freePort()
    address = "http://127.0.0.1:\(port)"
    directory = URL(filePath: "/tmp/martlet-client-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  /// Starts it, again after `kill` with the same database, and waits until it serves.
  public func start() async throws {
    let process = Process()
    process.executableURL = try Self.binary()
    process.arguments = [
      "server", "start", "--host", "127.0.0.1", "--port", "\(port)", "--data-dir",
      directory.appending(path: "data").path,
    ]
    let log = directory.appending(path: "server.log")
    _ = FileManager.default.createFile(atPath: log.path, contents: nil)
    let output = try FileHandle(forWritingTo: log)
    process.standardOutput = output
    process.standardError = output
    let (ended, end) = AsyncStream<Void>.makeStream()
    process.terminationHandler = { _ in end.finish() }
    try process.run()
    self.ended.withLock { $0 = ended }
    self.process.withLock { $0 = process }
    do { try await untilReady() } catch {
      let said = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
      throw Failure(description: "the server does not come up: \(error)\n\(said.suffix(4000))")
    }
  }

  // It listens before it is ready, and then says UNAVAILABLE.
  private func untilReady() async throws {
    let client = try Client(address: address)
    defer { client.close() }
    let end = ContinuousClock.now + .seconds(60)
    while true {
      do {
        _ = try await client.channel.unary(
          SystemServiceMethods.ping, PingRequest(), returning: PingResponse.self,
          options: CallOptions(timeout: .seconds(60), waitsForReady: true))
        return
      } catch let status as Status where status.code == .unavailable && .now < end {
        try await Task.sleep(for: .milliseconds(20))
      }
    }
  }

  /// Sends a signal to it.
  public func signal(_ number: Int32) {
    process.withLock {
      if let process = $0, process.isRunning { Foundation.kill(process.processIdentifier, number) }
    }
  }

  // At the exit of the tests there are no tasks any more.
  private func leave() {
    signal(SIGTERM)
    process.withLock { $0 }?.waitUntilExit()
    try? FileManager.default.removeItem(at: directory)
  }

  /// kill -9 of the server, not of its Postgres.
  public func kill() async {
    signal(SIGKILL)
    await exited()
  }

  /// Ends it in good order and deletes its files.
  public func stop() async {
    signal(SIGCONT)
    signal(SIGTERM)
    await exited()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Gives `body` a server that is not started yet, and ends it afterwards.
  public static func with(_ body: (ServerProcess) async throws -> Void) async throws {
    let server = try ServerProcess()
    do { try await body(server) } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }

  /// Waits for the end of the process without holding a thread.
  private func exited() async {
    guard let ended = ended.withLock({ $0 }) else { return }
    for await _ in ended {}
  }

  /// An environment for clients of this server, with spools of their own.
  public func environment() -> RunEnvironment {
    RunEnvironment { name in
      switch name {
      case "MARTLET_API_URL": self.address
      case "MARTLET_HOME": self.directory.appending(path: "home").path
      default: nil
      }
    }
  }

  private static func freePort() throws -> Int {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(file) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, length) == 0 ? getsockname(file, $0, &length) : -1
      }
    }
    guard code == 0 else { throw Failure(description: "no free port") }
    return Int(UInt16(bigEndian: address.sin_port))
  }
}

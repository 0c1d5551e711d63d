// Decides how tests break a connection on purpose: a proxy on a Unix socket that cuts, stalls,
// delays or refuses, at a moment or after a number of bytes.

import Glibc
public import MartletPostgres
import Synchronization

/// A proxy in front of a Postgres socket.
public final class FaultProxy: Sendable {
  /// What happens to connections, old and new.
  public enum Mode: Sendable, Equatable {
    /// Bytes pass.
    case pass
    /// Bytes pass, each block after this pause.
    case delay(Duration)
    /// Nothing passes, nothing is closed: a peer that is stopped, or a network that is gone.
    case stall
    /// New connections are closed at once.
    case refuse
  }

  private struct State {
    var mode = Mode.pass
    var isClosed = false
    var pairs: [Int: (client: Int32, server: Int32)] = [:]
    var nextPair = 0
    /// Bytes that may still pass to the server before every connection is cut; nil: no limit.
    var budget: Int?
    var cuts = 0

    func shutDownAll() {
      for pair in pairs.values {
        shutdown(pair.client, Int32(SHUT_RDWR))
        shutdown(pair.server, Int32(SHUT_RDWR))
      }
    }

    /// How many of `count` bytes may pass.
    mutating func spend(_ count: Int) -> Int {
      guard let left = budget else { return count }
      budget = max(0, left - count)
      return min(left, count)
    }
  }

  /// How many directions of a connection are still open.
  private final class Directions: Sendable {
    private let count = Atomic<Int>(2)

    func end() -> Int { count.subtract(1, ordering: .acquiringAndReleasing).newValue }
  }

  /// How to connect through the proxy.
  public let configuration: PostgresConfiguration
  private let directory: String
  private let target: String
  private let listener: Int32
  private let state = Locked(State())

  /// Listens beside the database's own socket and passes everything on.
  public init(_ database: TestDatabase) throws {
    directory = TestCluster.temporaryDirectory()
    mkdir(directory, 0o700)
    target = database.socketPath
    listener = try FaultProxy.listen(directory + "/.s.PGSQL.5432")
    var configuration = try PostgresConfiguration(
      "host=\(directory) port=5432 user=martlet dbname=\(database.name) sslmode=disable")
    configuration.reconnectDelay = .milliseconds(5)...(.milliseconds(50))
    self.configuration = configuration
    BlockingThread.start { [self] in accept() }
  }

  deinit {
    unlink(directory + "/.s.PGSQL.5432")
    rmdir(directory)
  }

  /// Changes what happens from now on.
  public func set(_ mode: Mode) {
    state.withLock { $0.mode = mode }
  }

  /// Cuts every connection there is.
  public func cut() {
    state.withLock {
      $0.cuts += 1
      $0.shutDownAll()
    }
  }

  /// Cuts every connection once this many more bytes have gone to the server; those still pass.
  /// `nil` takes it back.
  public func cut(afterBytesToServer count: Int?) {
    state.withLock { $0.budget = count }
  }

  /// How many times connections were cut.
  public var cuts: Int { state.withLock { $0.cuts } }

  /// Closes everything.
  public func close() {
    state.withLock {
      $0.isClosed = true
      $0.shutDownAll()
    }
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { break }
      let isRefused = state.withLock { $0.isClosed || $0.mode == .refuse }
      guard !isRefused, let server = try? FaultProxy.connect(target) else {
        Glibc.close(client)
        continue
      }
      let pair = state.withLock {
        $0.nextPair += 1
        $0.pairs[$0.nextPair] = (client, server)
        return $0.nextPair
      }
      let directions = Directions()
      for toServer in [true, false] {
        BlockingThread.start { [self] in
          copy(from: toServer ? client : server, to: toServer ? server : client, toServer)
          shutdown(client, Int32(SHUT_RDWR))
          shutdown(server, Int32(SHUT_RDWR))
          // The last of both directions closes: a number in use must not be given to another file.
          guard directions.end() == 0 else { return }
          state.withLock { _ = $0.pairs.removeValue(forKey: pair) }
          Glibc.close(client)
          Glibc.close(server)
        }
      }
    }
    Glibc.close(listener)
  }

  private func copy(from source: Int32, to sink: Int32, _ toServer: Bool) {
    var block = [UInt8](repeating: 0, count: 1 << 14)
    while true {
      let count = read(source, &block, block.count)
      guard count > 0 else { return }
      guard mayPass() else { return }
      var allowed = count
      if toServer {
        allowed = state.withLock { $0.spend(count) }
      }
      var sent = 0
      while sent < allowed {
        let written = block.withUnsafeBytes {
          send(sink, $0.baseAddress.map { $0 + sent }, allowed - sent, Int32(MSG_NOSIGNAL))
        }
        guard written > 0 else { return }
        sent += written
      }
      if allowed < count || state.withLock({ toServer && $0.budget == 0 }) {
        state.withLock { $0.budget = nil }
        cut()
        return
      }
    }
  }

  /// Waits while the proxy stalls. False once the proxy is closed.
  private func mayPass() -> Bool {
    while true {
      let (mode, isClosed) = state.withLock { ($0.mode, $0.isClosed) }
      if isClosed { return false }
      switch mode {
      case .pass, .refuse: return true
      case .delay(let pause):
        usleep(UInt32(pause / .microseconds(1)))
        return true
      case .stall: usleep(1000)
      }
    }
  }
}

extension FaultProxy {
  private static func address<Result>(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      precondition(path.utf8.count < bytes.count, "\(path) is too long for a socket")
      bytes.copyBytes(from: path.utf8)
    }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }

  private static func open() -> Int32 {
    socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
  }

  private static func listen(_ path: String) throws -> Int32 {
    let file = open()
    guard address(path, { bind(file, $0, $1) }) == 0, Glibc.listen(file, 64) == 0 else {
      throw PostgresError(.misuse, "cannot listen on \(path)")
    }
    return file
  }

  private static func connect(_ path: String) throws -> Int32 {
    let file = open()
    guard address(path, { Glibc.connect(file, $0, $1) }) == 0 else {
      Glibc.close(file)
      throw PostgresError(.connectionLost, "cannot connect to \(path)")
    }
    return file
  }
}

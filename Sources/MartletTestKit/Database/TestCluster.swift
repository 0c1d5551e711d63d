// Decides which Postgres the tests use: one private cluster per test process, made at first use and
// removed when the process ends, or by the next process if it could not.

import Glibc
public import Logging
public import MartletPostgres

/// A private Postgres for the tests of one process.
public final class TestCluster: Sendable {
  /// The cluster.
  public let cluster: PrivateCluster
  /// The directory it lives in.
  public let directory: String

  private static let prefix = "martlet-test-"
  private static let starting = Locked<Task<TestCluster, any Error>?>(nil)
  /// What the exit handler, which can capture nothing, has to remove.
  private static let leftovers = Locked<[String]>([])

  private init(cluster: PrivateCluster, directory: String) {
    self.cluster = cluster
    self.directory = directory
  }

  /// The cluster that tests share: `fsync` off, made at first use.
  public static var shared: TestCluster {
    get async throws {
      let task = starting.withLock { task in
        if let task { return task }
        let new = Task {
          sweep()
          return try await make()
        }
        task = new
        return new
      }
      return try await task.value
    }
  }

  /// A cluster for one test that stops it, kills it or needs its durability.
  public static func make(
    isDurable: Bool = false, settings: [String: String] = [:]
  ) async throws -> TestCluster {
    let directory = temporaryDirectory()
    var options = ClusterOptions(directory: directory)
    options.isDurable = isDurable
    // Tests run side by side, each with a few connections.
    options.settings = settings.merging(["max_connections": "300"]) { chosen, _ in chosen }
    let cluster = try await PrivateCluster.start(options, logger: silent)
    return TestCluster(cluster: cluster, directory: directory)
  }

  /// Stops the cluster and removes its data.
  public func remove() async {
    await cluster.stop()
    TestCluster.removeTree(directory)
  }

  /// A new directory name under /tmp, removed with all that runs in it when the process ends. It is
  /// not made.
  public static func temporaryDirectory() -> String {
    let name = "/tmp/\(prefix)\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 36))"
    leftovers.withLock {
      if $0.isEmpty { atexit { TestCluster.removeLeftovers() } }
      $0.append(name)
    }
    return name
  }

  /// A logger that says nothing.
  public static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private static func removeLeftovers() {
    for directory in leftovers.withLock({ $0 }) { removeTree(directory) }
  }

  /// Removes what test processes that were killed left behind.
  private static func sweep() {
    for name in names(in: "/tmp") {
      guard name.hasPrefix(prefix),
        let pid = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" }),
        kill(pid, 0) != 0, errno == ESRCH
      else { continue }
      removeTree("/tmp/" + name)
    }
  }

  /// Ends the postmaster of a directory, if there is one, and removes the directory.
  private static func removeTree(_ directory: String) {
    let data = directory + "/postgres"
    if let file = fopen(data + "/postmaster.pid", "r") {
      var line = [CChar](repeating: 0, count: 32)
      if fgets(&line, Int32(line.count), file) != nil {
        let pid = pid_t(atoi(line))
        var target = [CChar](repeating: 0, count: Int(PATH_MAX))
        // A number that another process has by now is left alone.
        if pid > 1, readlink("/proc/\(pid)/cwd", &target, target.count - 1) > 0,
          target.withUnsafeBufferPointer({ $0.baseAddress.map { String(cString: $0) } }) == data
        {
          kill(pid, SIGQUIT)
          for _ in 0..<500 where kill(pid, 0) == 0 { usleep(2000) }
        }
      }
      fclose(file)
    }
    removeFiles(directory)
  }

  private static func removeFiles(_ path: String) {
    for name in names(in: path) where unlink(path + "/" + name) != 0 {
      removeFiles(path + "/" + name)
    }
    rmdir(path)
  }

  private static func names(in path: String) -> [String] {
    guard let list = opendir(path) else { return [] }
    defer { closedir(list) }
    var names: [String] = []
    while let entry = readdir(list) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }
}

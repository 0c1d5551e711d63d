// Decides what a private cluster promises: it starts, is alone, survives its parent and itself.

import Glibc
import Logging
import MartletPostgres
import MartletTestKit
import Testing

@Suite("Private cluster", .timeLimit(.minutes(10))) struct PrivateClusterTests {
  private static let count = Statement("count", "SELECT count(*) FROM t")

  private static func options(_ directory: String) -> ClusterOptions {
    var options = ClusterOptions(directory: directory)
    options.isDurable = false
    return options
  }

  private static func start(_ directory: String) async throws -> PrivateCluster {
    try await PrivateCluster.start(options(directory), logger: TestCluster.silent)
  }

  private static func script(_ cluster: PrivateCluster, _ sql: String) async throws {
    let configuration = cluster.configuration
    try await BlockingThread.run { try PostgresConnection(configuration).script(sql) }
  }

  private static func rows(_ cluster: PrivateCluster) async throws -> Int64? {
    let configuration = cluster.configuration
    return try await BlockingThread.run {
      try PostgresConnection(configuration).query(count).first { row in try row.get(0) }
    }
  }

  private static func error(_ body: () async throws -> Void) async -> ClusterError? {
    do {
      try await body()
    } catch {
      return error as? ClusterError
    }
    return nil
  }

  /// False for a zombie, too: whoever inherits an orphan may be slow to reap it.
  private static func isAlive(_ pid: Int32) -> Bool {
    var byte: CChar = 0
    return readlink("/proc/\(pid)/cwd", &byte, 1) > 0
  }

  @Test(
    "A fresh start makes a UTF-8 database that only its owner can reach; data outlives a restart")
  func lifecycle() async throws {
    let directory = TestCluster.temporaryDirectory()
    let first = try await Self.start(directory)
    #expect(!first.isAdopted)
    try await Self.script(first, "CREATE TABLE t AS SELECT generate_series(1, 7)")
    let configuration = first.configuration
    let facts = try await BlockingThread.run {
      let facts = Statement(
        "facts",
        """
        SELECT array[current_setting('server_encoding'), current_setting('listen_addresses'),
          current_setting('jit'), current_database()::text, current_user::text]
        """)
      return try PostgresConnection(configuration).query(facts)
        .first { row in try row.array(0, of: String.self) }
    }
    #expect(facts == ["UTF8", "", "off", "martlet", "martlet"])
    for private_ in ["/run", "/postgres"] {
      var status = stat()
      #expect(stat(directory + private_, &status) == 0)
      #expect(status.st_mode & 0o077 == 0)
      #expect(status.st_uid != 0)
    }
    let pid = try #require(first.postmasterPID)
    // A session of its own: a terminal's Ctrl-C goes to the foreground process group only.
    #expect(getsid(pid) == pid)
    #expect(getsid(pid) != getsid(0))
    await first.stop()
    #expect(!Self.isAlive(pid))
    await first.stop()

    let started = ContinuousClock.now
    let second = try await Self.start(directory)
    let seconds = started.duration(to: .now)
    #expect(seconds < .seconds(10), "2 s are promised on a quiet machine; it took \(seconds)")
    #expect(try await Self.rows(second) == 7)
    await second.stop()
  }

  @Test("A second server on the same directory is refused and told who has it")
  func doubleStart() async throws {
    let directory = TestCluster.temporaryDirectory()
    let cluster = try await Self.start(directory)
    let error = await Self.error { _ = try await Self.start(directory) }
    #expect(error == .inUse(directory: directory, pid: getpid()))
    #expect(error?.description.contains("process \(getpid())") == true)
    // The lock belongs to the server, not to Postgres: after a stop it is free.
    await cluster.stop()
  }

  @Test("A second process on the same directory is refused")
  func doubleStartOfProcesses() async throws {
    let directory = TestCluster.temporaryDirectory()
    let cluster = try await Self.start(directory)
    await #expect(processExitsWith: .exitCode(33)) { [directory = directory as String] in
      var options = ClusterOptions(directory: directory)
      options.isDurable = false
      do {
        _ = try await PrivateCluster.start(options, logger: TestCluster.silent)
      } catch ClusterError.inUse(_, let pid) {
        if pid == getppid() { exit(33) }
      }
      exit(1)
    }
    #expect(cluster.postmasterPID != nil)
    await cluster.stop()
  }

  @Test("The server of a killed process is adopted, with its data, and can be stopped")
  func adoption() async throws {
    let directory = TestCluster.temporaryDirectory()
    await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
      var options = ClusterOptions(directory: directory)
      options.isDurable = false
      let cluster = try await PrivateCluster.start(options, logger: TestCluster.silent)
      try PostgresConnection(cluster.configuration).script(
        "CREATE TABLE t AS SELECT generate_series(1, 5)")
      kill(getpid(), SIGKILL)
    }
    let cluster = try await Self.start(directory)
    #expect(cluster.isAdopted)
    #expect(try await Self.rows(cluster) == 5)
    let pid = try #require(cluster.postmasterPID)
    await cluster.stop()
    #expect(!Self.isAlive(pid))
  }

  @Test("An orphan that does not answer is ended, and a new one started")
  func hangingOrphan() async throws {
    let directory = TestCluster.temporaryDirectory()
    await #expect(processExitsWith: .signal(SIGKILL)) { [directory = directory as String] in
      var options = ClusterOptions(directory: directory)
      options.isDurable = false
      let cluster = try await PrivateCluster.start(options, logger: TestCluster.silent)
      try PostgresConnection(cluster.configuration).script(
        "CREATE TABLE t AS SELECT generate_series(1, 5); CHECKPOINT")
      if let pid = cluster.postmasterPID { kill(pid, SIGSTOP) }
      kill(getpid(), SIGKILL)
    }
    var options = Self.options(directory)
    options.orphanTimeout = .seconds(1)
    let cluster = try await PrivateCluster.start(options, logger: TestCluster.silent)
    #expect(!cluster.isAdopted)
    #expect(try await Self.rows(cluster) == 5)
    await cluster.stop()
  }

  @Test("A stale postmaster.pid, even one whose number is in use, does not stop a start")
  func stalePID() async throws {
    let directory = TestCluster.temporaryDirectory()
    let first = try await Self.start(directory)
    await first.stop()
    let path = directory + "/postgres/postmaster.pid"
    let file = try #require(fopen(path, "w"))
    fputs("\(getpid())\n\(directory)/postgres\n1\n5432\n\(directory)/run\n\n\nready   \n", file)
    fclose(file)
    let second = try await Self.start(directory)
    #expect(!second.isAdopted)
    await second.stop()
  }

  @Test("A postmaster that is killed comes back with what was committed")
  func crash() async throws {
    let directory = TestCluster.temporaryDirectory()
    let cluster = try await PrivateCluster.start(
      ClusterOptions(directory: directory), logger: TestCluster.silent)
    try await Self.script(cluster, "CREATE TABLE t AS SELECT generate_series(1, 3)")
    let writer = PostgresPool(cluster.configuration, size: 1, logger: TestCluster.silent)
    try await writer.waitUntilConnected()
    let pid = try #require(cluster.postmasterPID)
    kill(pid, SIGKILL)
    while cluster.postmasterPID == nil || cluster.postmasterPID == pid { await Task.yield() }
    try await writer.waitUntilConnected(timeout: .seconds(60))
    // The old connection may not have noticed yet; the next one serves.
    var rows: Int64?
    while rows == nil {
      rows = try? await writer.read { connection in
        try connection.query(Self.count).first { row in try row.get(0, as: Int64.self) } ?? 0
      }
    }
    #expect(rows == 3)
    await writer.shutdown()
    await cluster.stop()
  }

  @Test("A long directory gets a short socket; a stranger's directory in its place is refused")
  func longPath() async throws {
    let base = TestCluster.temporaryDirectory()
    let directory = base + "/" + String(repeating: "long", count: 30)
    let cluster = try await Self.start(directory)
    #expect(cluster.configuration.conninfo.contains("/tmp/martlet-"))
    try await Self.script(cluster, "SELECT 1")
    await cluster.stop()
    let socket = try #require(
      cluster.configuration.conninfo.split(separator: "'").dropFirst().first.map(String.init))
    rmdir(socket)
    mkdir(socket, 0o755)
    let error = await Self.error { _ = try await Self.start(directory) }
    #expect(error?.description.contains(socket) == true)
    rmdir(socket)
  }

  @Test("What cannot work is said with its remedy")
  func remedies() async throws {
    let directory = TestCluster.temporaryDirectory()
    var options = Self.options(directory)
    options.binaries = "/nonexistent"
    let error = await Self.error {
      _ = try await PrivateCluster.start(options, logger: TestCluster.silent)
    }
    #expect(error == .noBinaries(searched: ["/nonexistent"]))
    #expect(error?.description.contains("apt-get install postgresql") == true)

    options = Self.options(directory)
    options.settings["shared_buffers"] = "nonsense"
    let broken = await Self.error {
      _ = try await PrivateCluster.start(options, logger: TestCluster.silent)
    }
    #expect(broken?.description.contains("shared_buffers") == true)

    // The data that the failed start made is good; a data directory of another version is not.
    let version = try #require(fopen(directory + "/postgres/PG_VERSION", "w"))
    fputs("9\n", version)
    fclose(version)
    let old = await Self.error { _ = try await Self.start(directory) }
    guard case .wrongVersion(_, 9, _) = old else {
      Issue.record("\(String(describing: old))")
      return
    }
  }

  @Test(
    "Under root a directory that is closed to the system user is refused",
    .enabled(if: geteuid() == 0))
  func closedDirectory() async throws {
    let base = TestCluster.temporaryDirectory()
    mkdir(base, 0o700)
    let error = await Self.error { _ = try await Self.start(base + "/data") }
    #expect(error?.description.contains("\(base) is closed") == true)
  }

  @Test("Under root Postgres runs as the chosen user", .enabled(if: geteuid() == 0))
  func dropsRoot() async throws {
    var options = Self.options(TestCluster.temporaryDirectory())
    options.user = "nobody"
    let cluster = try await PrivateCluster.start(options, logger: TestCluster.silent)
    var status = stat()
    #expect(stat("/proc/\(cluster.postmasterPID ?? 0)", &status) == 0)
    #expect(status.st_uid == getpwnam("nobody")?.pointee.pw_uid)
    await cluster.stop()
    options.user = "no-such-user"
    let error = await Self.error {
      _ = try await PrivateCluster.start(options, logger: TestCluster.silent)
    }
    #expect(error?.description.contains("no-such-user") == true)
  }
}

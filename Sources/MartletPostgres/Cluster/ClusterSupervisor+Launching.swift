// Decides how a server comes up: what is left of a predecessor first, then data, process, database.

import CPostgres
import Glibc
import Logging

extension ClusterSupervisor {
  /// Takes over a running server if it answers; ends whatever does not.
  func adopt() throws(ClusterError) -> Postmaster? {
    let deadline = ContinuousClock.now.advanced(by: options.orphanTimeout)
    if let file = PostmasterFile.live(in: directory.data) {
      let postmaster = try Postmaster(pid: file.pid, isChild: false)
      if file.status == "stopping" {
        if !postmaster.waitForEnd(.seconds(20)) { postmaster.stop(.zero, data: directory.data) }
      } else if file.socket == directory.socket || file.socket.isEmpty,
        isReady(postmaster, until: deadline)
      {
        return postmaster
      } else {
        logger.warning("the Postgres of a predecessor does not answer; it is ended")
        postmaster.stop(min(options.orphanTimeout, .seconds(10)), data: directory.data)
      }
    }
    try endLeftovers()
    return nil
  }

  /// Ends processes whose postmaster is gone, and removes its lock files, which could keep a new one
  /// from starting: the kernel may have given its number to another process, or nobody has reaped it.
  private func endLeftovers() throws(ClusterError) {
    for signal in [0, SIGQUIT, SIGKILL] {
      let end = ContinuousClock.now.advanced(by: .seconds(3))
      while ContinuousClock.now < end {
        let left = PostmasterFile.processes(of: directory.data)
        if left.isEmpty {
          for file in directory.lockFiles { unlink(file) }
          return
        }
        for process in left where signal != 0 { kill(process, signal) }
        _ = poll(nil, 0, 20)
      }
    }
    throw .program("processes of an earlier Postgres in \(directory.data) do not end")
  }

  /// True once the server takes connections and has the database.
  private func isReady(
    _ postmaster: Postmaster, until deadline: ContinuousClock.Instant
  ) -> Bool {
    while ContinuousClock.now < deadline {
      if PostmasterFile.live(in: directory.data)?.status == "ready", hasDatabase() { return true }
      if postmaster.waitForEnd(.milliseconds(10)) { return false }
    }
    return false
  }

  /// Makes the database if it is missing. False if the server does not answer.
  private func hasDatabase() -> Bool {
    guard var configuration = try? configuration(database: "postgres") else { return false }
    configuration.connectTimeout = min(options.orphanTimeout, .seconds(5))
    configuration.responseTimeout = .seconds(10)
    guard let connection = try? PostgresConnection(configuration) else { return false }
    let exists = Statement("database_exists", "SELECT FROM pg_database WHERE datname = $1")
    let rows = try? connection.query(exists) { $0.bind(options.database) }
    guard let isMissing = rows?.isEmpty else { return false }
    guard isMissing else { return true }
    let name = SQLText.identifier(options.database)
    return (try? connection.script("CREATE DATABASE \(name)")) != nil
  }

  /// Starts a new server and waits until it is ready.
  func startPostmaster(until deadline: ContinuousClock.Instant) throws -> Postmaster {
    let binaries = try ClusterBinaries.find(
      in: options.binaries, dataVersion: directory.dataVersion, dataDirectory: directory.data)
    if directory.dataVersion == nil { try initialize(binaries) }
    guard let owner = LocalFile.status(directory.data)?.uid, owner == user.uid else {
      throw ClusterError.directory(
        "\(directory.data) does not belong to the user with id \(user.uid), who has to run Postgres:"
          + " start the server as its owner, or chown -R \(user.uid) \(directory.data)")
    }
    try directory.prepareSocket(for: user)
    let (log, offset) = try openLog()
    defer { close(log) }
    var arguments = user.prefix + ["\(binaries.directory)/postgres", "-D", directory.data]
    for (name, value) in options.serverSettings(directory).sorted(by: { $0.key < $1.key }) {
      arguments += ["-c", "\(name)=\(value)"]
    }
    let postmaster = try Postmaster(
      pid: ChildProcess.spawn(arguments, output: log), isChild: true)
    if isReady(postmaster, until: deadline) { return postmaster }
    let hasEnded = postmaster.waitForEnd(.zero)
    postmaster.stop(.zero, data: directory.data)
    let tail = directory.logTail(from: offset)
    throw hasEnded
      ? ClusterError.program("Postgres ended while starting; \(directory.log) ends with:\n\(tail)")
      : ClusterError.notReady(
        "Postgres was not ready in time; \(directory.log) ends with:\n\(tail)")
  }

  /// Makes the data under another name first: an interrupted initdb leaves nothing behind.
  private func initialize(_ binaries: ClusterBinaries) throws(ClusterError) {
    guard LocalFile.names(directory.data).isEmpty else {
      throw .directory("\(directory.data) is not empty and holds no Postgres data: remove it")
    }
    let making = directory.data + ".new"
    LocalFile.removeTree(making)
    guard mkdir(making, 0o700) == 0, chown(making, user.uid, user.gid) == 0 else {
      throw .directory("cannot make \(making): \(LocalFile.failure)")
    }
    var arguments =
      user.prefix + [
        "\(binaries.directory)/initdb", "-D", making, "-U", "martlet", "-E", "UTF8",
        "--locale=C", "--auth-local=trust", "--auth-host=reject", "--no-instructions",
      ]
    if !options.isDurable { arguments.append("--no-sync") }
    let (status, output) = try ChildProcess.run(arguments)
    guard status == 0 else { throw .program("initdb failed:\n\(output)") }
    rmdir(directory.data)
    guard rename(making, directory.data) == 0 else {
      throw .directory("cannot rename \(making): \(LocalFile.failure)")
    }
  }

  /// Opens the log for appending; a large one is set aside first.
  private func openLog() throws(ClusterError) -> (file: Int32, offset: Int) {
    let size = LocalFile.status(directory.log)?.size ?? 0
    if size > 8 << 20 { rename(directory.log, directory.log + ".1") }
    let file = open(directory.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
    guard file >= 0 else {
      throw .directory("cannot open \(directory.log): \(LocalFile.failure)")
    }
    return (file, size > 8 << 20 ? 0 : size)
  }
}

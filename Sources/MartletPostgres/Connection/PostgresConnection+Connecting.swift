// Decides how a connection is made: non-blocking, bounded in time, with the session's settings.

import CPostgres
import Glibc

extension Duration {
  /// Whole milliseconds, at least 1 for any positive duration, clamped to what Postgres takes.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    if seconds >= Int64(Int32.max) / 1000 { return .max }
    if seconds < 0 { return 0 }
    let whole = seconds * 1000 + attoseconds / 1_000_000_000_000_000
    return whole == 0 && attoseconds > 0 ? 1 : Int32(whole)
  }
}

extension PostgresConfiguration {
  /// libpq's keywords and values; later ones win over those inside the connection string.
  var connectionOptions: [(String, String)] {
    let interval = max(1, keepaliveIdle.milliseconds / 3000)
    return [
      ("dbname", conninfo),
      ("application_name", applicationName),
      ("client_encoding", "UTF8"),
      ("keepalives", "1"),
      ("keepalives_idle", String(max(1, keepaliveIdle.milliseconds / 1000))),
      ("keepalives_interval", String(interval)),
      ("keepalives_count", "3"),
      ("tcp_user_timeout", String(tcpUserTimeout.milliseconds)),
    ]
  }

  /// What a new session runs first. `synchronous_commit` is left as the server has it.
  var sessionScript: String {
    var script = """
      SET timezone = 'UTC';
      SET lock_timeout = \(lockTimeout.milliseconds);
      SET statement_timeout = \(statementTimeout.milliseconds);
      SET idle_in_transaction_session_timeout = \(idleInTransactionTimeout.milliseconds);
      SET default_transaction_isolation = 'read committed';
      SET plan_cache_mode = \(planning.rawValue);
      SET standard_conforming_strings = on;
      """
    for (name, value) in settings.sorted(by: { $0.key < $1.key }) {
      script += "\nSET \(SQLText.identifier(name)) = \(SQLText.literal(value));"
    }
    return script
  }
}

extension PostgresConnection {
  /// What another thread may want while this one connects.
  struct Interruption {
    let wakeup: Wakeup
    /// False gives the attempt up.
    let goOn: () -> Bool
  }

  /// Connects without blocking beyond the time-out (name resolution aside, which libpq waits for).
  static func open(
    _ configuration: PostgresConfiguration, _ interruption: Interruption?
  ) throws -> OpaquePointer {
    let options = configuration.connectionOptions
    let keywords = options.map { strdup($0.0) } + [nil]
    let values = options.map { strdup($0.1) } + [nil]
    defer { for text in keywords + values { free(text) } }
    let handle = PQconnectStartParams(
      keywords.map { UnsafePointer($0) }, values.map { UnsafePointer($0) }, 1)
    guard let handle else { throw PostgresError(.connectionLost, "out of memory") }
    do {
      try poll(
        handle, until: .now.advanced(by: configuration.connectTimeout),
        interruption ?? Interruption(wakeup: Wakeup()) { true })
      return handle
    } catch {
      PQfinish(handle)
      throw error
    }
  }

  private static func poll(
    _ handle: OpaquePointer, until end: ContinuousClock.Instant, _ interruption: Interruption
  ) throws {
    guard PQstatus(handle) != CONNECTION_BAD else { throw refusal(handle) }
    // As if PQconnectPoll had last asked to write (manual, 34.1).
    var wanted = PGRES_POLLING_WRITING
    while wanted != PGRES_POLLING_OK {
      guard wanted != PGRES_POLLING_FAILED else { throw refusal(handle) }
      let events = wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT
      let left = ContinuousClock.now.duration(to: end)
      guard left > .zero else {
        throw PostgresError(
          .connectionLost, "no answer from the server within the connect time-out")
      }
      let ready = interruption.wakeup.wait(
        socket: PQsocket(handle), events: events, milliseconds: left.milliseconds)
      if ready.raised, !interruption.goOn() {
        throw PostgresError(.cancelled, "shut down while connecting")
      }
      if ready.socket { wanted = PQconnectPoll(handle) }
    }
  }

  /// libpq 15 keeps no SQLSTATE of a failed connect, so its text has to tell refusals apart.
  private static func refusal(_ handle: OpaquePointer) -> PostgresError {
    let text = message(of: handle)
    var error = PostgresError(.connectionLost, text)
    if text.contains("too many clients") || text.contains("remaining connection slots") {
      error.kind = .tooManyConnections
    } else if text.contains("the database system is") {
      error.kind = .adminShutdown
    } else if text.contains("authentication failed") || text.contains("does not exist")
      || text.contains("pg_hba.conf") || text.contains("no password supplied")
      || text.contains("permission denied")
    {
      error.kind = .connectionRefused
    }
    return error
  }
}

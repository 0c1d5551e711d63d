// Decides what a connection is: one libpq handle, used by one thread, always in pipeline mode.

import CPostgres

/// A connection to Postgres. It blocks its thread while it waits, so it lives on a thread of its own:
/// see ``PostgresWriter`` and ``PostgresPool``, which make it and hand it to closures.
public final class PostgresConnection {
  let handle: OpaquePointer
  let configuration: PostgresConfiguration
  /// Lets other threads cancel what the server is doing for this connection.
  let canceller: StatementCanceller
  var parameters = ParameterBuffer()
  var state = PipelineState()
  /// The SQL of each statement the server has prepared, or will have, by name.
  var prepared: [String: String] = [:]
  /// True if the prepared statements must be thrown away before the next use.
  var hasStaleStatements = false
  /// Bytes handed to libpq since its output buffer was last empty.
  var unflushed = 0
  /// Set when the connection broke; every later use throws it.
  var lost: PostgresError?
  /// Longest silence of the server while an answer is due; zero: none.
  var responseTimeout: Duration
  /// When the current job has to be over.
  var deadline: ContinuousClock.Instant?
  /// libpq's array of parameter addresses, reused.
  var addresses: [UnsafePointer<CChar>?] = []
  var formats: [Int32] = []

  /// Connects and applies the session's settings. Blocks up to the connect time-out.
  /// - Throws: ``PostgresError``: `connectionLost`, `connectionRefused`, `tooManyConnections`,
  ///   `adminShutdown`.
  public convenience init(_ configuration: PostgresConfiguration) throws {
    try self.init(configuration, interruption: nil)
  }

  /// Connects; `interruption` is asked when its flag is raised meanwhile.
  init(_ configuration: PostgresConfiguration, interruption: Interruption?) throws {
    self.configuration = configuration
    responseTimeout = configuration.responseTimeout
    handle = try PostgresConnection.open(configuration, interruption)
    canceller = StatementCanceller(handle)
    PQsetNoticeReceiver(handle, { _, _ in }, nil)
    // Everything is initialized: if this throws, deinit runs and frees the handle.
    try start()
  }

  deinit {
    discardResults()
    PQfinish(handle)
  }

  /// The server's version, such as 150020.
  public var serverVersion: Int { Int(PQserverVersion(handle)) }

  /// The process id of the server's backend.
  public var backendPID: Int32 { PQbackendPID(handle) }

  /// False once the connection broke; it never comes back.
  public var isUsable: Bool { lost == nil }

  /// The socket, for waiting while the connection is idle.
  var socket: Int32 { PQsocket(handle) }

  private func start() throws {
    if PQsetnonblocking(handle, 1) != 0 { throw libpqError() }
    try script(configuration.sessionScript)
    guard PQenterPipelineMode(handle) == 1 else { throw libpqError() }
  }
}

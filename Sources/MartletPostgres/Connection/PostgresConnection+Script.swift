// Decides how SQL of several statements runs: by the simple protocol, outside the pipeline.

import CPostgres

extension PostgresConnection {
  /// Runs SQL that may hold several statements, without parameters; they are one transaction unless
  /// the SQL says otherwise. For set-up, migrations and tests.
  /// - Throws: ``PostgresError`` of the first statement that failed.
  public func script(_ sql: String) throws {
    if let lost { throw lost }
    guard !state.isOpen else { throw PostgresError(.misuse, "a script inside a pipeline") }
    let wasPipeline = PQpipelineStatus(handle) != PQ_PIPELINE_OFF
    if wasPipeline, PQexitPipelineMode(handle) != 1 { throw breaks(libpqError()) }
    guard PQsendQuery(handle, sql) == 1 else { throw breaks(libpqError()) }
    var failure: PostgresError?
    while let result = try nextResult() {
      let status = PQresultStatus(result)
      if status == PGRES_FATAL_ERROR { failure = failure ?? error(of: result, statement: nil) }
      PQclear(result)
      if PQstatus(handle) != CONNECTION_OK { throw breaks(failure ?? libpqError()) }
      if status == PGRES_COPY_IN || status == PGRES_COPY_OUT {
        throw breaks(PostgresError(.misuse, "COPY in a script"))
      }
    }
    if wasPipeline, PQenterPipelineMode(handle) != 1 { throw breaks(libpqError()) }
    if let failure { throw failure }
  }
}

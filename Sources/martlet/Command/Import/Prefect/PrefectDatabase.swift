// Decides how a Prefect database is read: in one read-only snapshot, page by page, and only if its tables have a form that is
// known.

import Logging
import MartletCall
import MartletPostgres
import MartletPrefect

/// A snapshot of a Prefect database.
final class PrefectDatabase: Sendable {
  /// A row with what the next page begins after.
  private struct Line: Sendable {
    var id: String
    var text: String
  }

  /// The address without its password.
  let address: String
  private let session: PrefectSession
  private let thread: PostgresWriter

  /// Connects, and begins the snapshot.
  ///
  /// - Throws: `Status` when there is no connection, or the tables are those of a server that is not known.
  init(_ url: String) async throws {
    var configuration: PostgresConfiguration
    do { configuration = try PostgresConfiguration(url) } catch {
      throw Status(.invalidArgument, "--from: \(error.message)")
    }
    configuration.applicationName = "martlet import prefect"
    // A page may take long to read and to take in; nothing is locked meanwhile.
    configuration.statementTimeout = .zero
    configuration.idleInTransactionTimeout = .zero
    configuration.responseTimeout = .zero
    configuration.planning = .custom
    address = configuration.redactedDescription
    session = PrefectSession()
    thread = PostgresWriter(
      configuration, name: "prefect", worker: session,
      logger: Logger(label: "prefect") { _ in SwiftLogNoOpLogHandler() })
    thread.wake()
    do { try await check() } catch {
      await close()
      throw error
    }
  }

  /// Ends the snapshot and the connection.
  func close() async {
    session.close()
    await thread.shutdown()
  }

  private func check() async throws {
    let found: [String]
    do { found = try await texts(PrefectStatements.revision) } catch let status as Status
      where status.message.contains("alembic_version")
    {
      throw Status(.failedPrecondition, "\(address) is no database of a Prefect server")
    }
    guard found.count == 1, PrefectStatements.revisions[found[0]] != nil else {
      let known = PrefectStatements.revisions.map { "\($0.key) (\($0.value))" }.sorted()
      throw Status(
        .failedPrecondition,
        """
        \(address) has the tables of revision \(found.joined(separator: ", ")), which this program does not know. \
        It knows \(known.joined(separator: ", ")): bring the Prefect server to that version with \
        `prefect server database upgrade`, or take a martlet that knows it
        """)
    }
  }

  /// The only row of a statement, as JSON.
  func row(
    _ statement: Statement, _ bind: @escaping @Sendable (inout ParameterBuffer) -> Void
  ) async throws -> PrefectRow {
    let lines = try await lines(statement, columns: 1, bind)
    return try PrefectRow(lines.first?.text ?? "null")
  }

  /// The first column of each row; NULLs are left out.
  func texts(_ statement: Statement) async throws -> [String] {
    try await lines(statement, columns: 1) { _ in }.map(\.text)
  }

  /// Reads everything that a statement finds, a page at a time.
  ///
  /// - Parameters:
  ///   - size: how many rows a page has.
  ///   - since: for statements that take a time: RFC 3339.
  ///   - take: is given the rows of each page.
  func each(
    _ statement: Statement, by size: Int32 = 500, since: String?? = nil,
    _ take: ([PrefectRow]) async throws -> Void
  ) async throws {
    func page(after id: String?) -> Task<[Line], any Error> {
      Task {
        try await lines(statement, columns: 2) { buffer in
          buffer.bind(id)
          buffer.bind(size)
          if let since { buffer.bind(since) }
        }
      }
    }
    // The next page is read while this one is taken in.
    var upcoming: Task<[Line], any Error>? = page(after: nil)
    while let current = upcoming {
      let lines = try await current.value
      upcoming = lines.count == Int(size) ? page(after: lines.last?.id) : nil
      try await take(lines.map { try PrefectRow($0.text) })
    }
  }

  private func lines(
    _ statement: Statement, columns: Int,
    _ bind: @escaping @Sendable (inout ParameterBuffer) -> Void
  ) async throws -> [Line] {
    do {
      return try await withCheckedThrowingContinuation { continuation in
        session.add(
          PrefectSession.Job { pipeline in
            do {
              let rows = try pipeline.query(statement) { bind(&$0) }
              continuation.resume(
                returning: try rows.map { row in
                  Line(
                    id: try row.optional(0, as: String.self) ?? "",
                    text: try row.optional(columns - 1, as: String.self) ?? "null")
                })
            } catch {
              continuation.resume(throwing: error)
            }
          } fail: { error in
            continuation.resume(throwing: error)
          })
      }
    } catch let error as PostgresError {
      throw Status(
        error.sqlState == nil ? .unavailable : .failedPrecondition,
        "\(address): \(error.message)")
    }
  }
}

// Decides where the bytes of a result lie that are too many for a message: in chunks beside it, in Postgres as all state
// is, and gone with it. Nothing else knows the place, so that another one can be added here.

import MartletModel
import MartletPostgres

/// The chunks of one result.
struct ResultChunks: Sendable {
  let store: Store
  /// The result.
  let id: ObjectID

  /// Bytes of a chunk, but for the last one.
  static let length = 1 << 20

  /// Adds bytes at the end of an upload.
  /// - Parameter end: Where the chunks before end.
  /// - Returns: False when another stream has the upload now.
  func append(
    _ bytes: [UInt8], at end: Int64, by stream: ObjectID, deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> Bool {
    try await store.write(deadline) { connection in
      try connection.query(SQL.appendChunk) {
        $0.bind(id)
        $0.bind(stream)
        $0.bind(end)
        $0.bind(bytes)
      }.count > 0
    }
  }

  /// The bytes from a place to the end of the chunk that has it.
  /// - Throws: `notFound` when they are gone.
  func read(
    at offset: Int64, deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> [UInt8] {
    let found = try await store.read(deadline) { connection in
      try connection.query(SQL.readChunk) {
        $0.bind(id)
        $0.bind(offset)
      }.first { row throws(PostgresError) in try Chunk(row) }
    }
    guard let found, offset - found.start < Int64(found.data.count) else {
      throw .notFound(resource: "result", name: "\(id)")
    }
    return found.start == offset ? found.data : Array(found.data[Int(offset - found.start)...])
  }

  private struct Chunk {
    let start: Int64
    let data: [UInt8]

    init(_ row: borrowing PostgresRow) throws(PostgresError) {
      start = try row.get(0)
      data = try row.get(1)
    }
  }
}

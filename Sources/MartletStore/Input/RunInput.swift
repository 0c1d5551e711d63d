// Decides what an input of a run is.

public import MartletModel
import MartletPostgres

/// A text that a run was handed.
public struct RunInput: Sendable, Equatable {
  /// The longest key and sender, in bytes.
  public static let longestKey = 500
  /// The longest value, in bytes.
  public static let longestValue = 1 << 20

  /// Its id.
  public var id: ObjectID
  /// The run.
  public var runID: RunID
  /// Unique in the run.
  public var key: String
  /// The text.
  public var value: String
  /// Who sends it, in words of the sender's.
  public var sender: String
  /// Whose call brought it.
  public var createdBy: String
  /// When it came.
  public var createTime: Instant
}

extension RunInput {
  /// Reads a row with the columns of `get_run_input`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    runID = try row.get(1)
    key = try row.get(2)
    value = try row.get(3)
    sender = try row.get(4)
    createdBy = try row.get(5)
    createTime = try row.get(6)
  }
}

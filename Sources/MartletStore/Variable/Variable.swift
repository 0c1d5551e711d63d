// Decides what a variable is, and which of its two writes a caller may mean.

public import MartletModel
import MartletPostgres

/// A value with a name that programs share.
public struct Variable: Sendable, Equatable {
  /// Its id, given to it when it is created.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// Its name, unique in the namespace.
  public var name: String
  /// The value as JSON.
  public var value: String
  /// Tags, for filters.
  public var tags: [String]
  /// Who created it.
  public var createdBy: String
  /// Who changed it last.
  public var updatedBy: String
  /// When it was created.
  public var createTime: Instant
  /// When it was last changed.
  public var updateTime: Instant
  /// Another one after every change; never given twice.
  public var etag: Int64
}

/// A write of a variable.
public struct VariableChange: Sendable, Equatable {
  /// What is done with what is there.
  public enum Policy: Sendable {
    /// It is created or changed.
    case upsert
    /// It is created; one with the same content is left as it is.
    case create
    /// It is changed.
    case update
  }

  /// The name.
  public var name: String
  /// The new value as JSON.
  public var value: String
  /// All tags.
  public var tags: [String]
  /// What is done with what is there.
  public var policy: Policy
  /// The etag that it must have; nil takes any.
  public var etag: Int64?
  /// What a variable that is there is called from now on; nil leaves its name.
  public var newName: String?
  /// Makes a repeat harmless.
  public var id: ObjectID

  /// Makes a change.
  public init(
    _ name: String, value: String, tags: [String] = [], policy: Policy = .upsert,
    etag: Int64? = nil, newName: String? = nil, id: ObjectID = .random()
  ) {
    self.name = name
    self.value = value
    self.tags = tags
    self.policy = policy
    self.etag = etag
    self.newName = newName == name ? nil : newName
    self.id = id
  }
}

extension Variable {
  /// Reads a row with the columns of `list_variables`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    namespace = try row.get(0)
    name = try row.get(1)
    value = try row.get(2, as: PostgresJSON.self).text
    tags = try row.array(3)
    createdBy = try row.get(4)
    updatedBy = try row.get(5)
    createTime = try row.get(6)
    updateTime = try row.get(7)
    etag = try row.get(8)
    id = try row.get(9)
  }
}

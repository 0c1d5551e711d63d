// Decides which variables can be asked for, and in which order.

public import MartletModel
import MartletPostgres

/// Which variables to list or count. All that is said must hold.
public struct VariableQuery: Sendable {
  /// In which order they are listed. The numbers are those of the contract and of the statement.
  public enum Order: Int16, Sendable {
    /// By name.
    case name = 1
    /// By name, the last first.
    case nameDescending = 2
    /// By creation, the latest first.
    case created = 3
    /// By the last change, the latest first.
    case updated = 4
  }

  /// The namespace.
  public var namespace: Namespace
  /// Only those whose names begin so.
  public var prefix: String
  /// Only those that have all of these tags.
  public var tags: [String]
  /// Only these, when not empty.
  public var ids: [ObjectID] = []
  /// Only of these names, when not empty.
  public var names: [String] = []
  /// Only those whose name has this text in it, when not empty.
  public var nameContains = ""
  /// Only those that have tags, or only those that have none.
  public var hasTags: Bool?
  /// The last name of the page before; only in the order of names.
  public var after: String?
  /// In which order.
  public var order = Order.name
  /// So many are passed over.
  public var skip = 0
  /// The most variables of a page.
  public var limit: Int

  /// Makes a question.
  public init(
    in namespace: Namespace, after: String? = nil, prefix: String = "", tags: [String] = [],
    limit: Int = 100
  ) {
    self.namespace = namespace
    self.after = after
    self.prefix = prefix
    self.tags = tags
    self.limit = limit
  }

  /// Binds the conditions, which lists and counts have in common.
  func bind(to parameters: inout ParameterBuffer) {
    parameters.bind(namespace)
    parameters.bind(prefix)
    parameters.bindArray(tags)
    parameters.bindArray(ids)
    parameters.bindArray(names)
    parameters.bind(nameContains)
    parameters.bind(hasTags)
  }
}

// Decides which blocks, types and schemas can be asked for.

public import MartletModel
import MartletPostgres

/// Which blocks to list or count. All that is said must hold.
public struct BlockQuery: Sendable {
  /// In which order they are listed. The numbers are those of the contract and of the statement.
  public enum Order: Int16, Sendable {
    /// By name.
    case name = 1
    /// By name, the last first.
    case nameDescending = 2
    /// By the name of the type, then by name.
    case type = 3
  }

  /// The namespace.
  public var namespace: Namespace
  /// Only these, when not empty.
  public var ids: [ObjectID] = []
  /// Only of these names, when not empty.
  public var names: [String] = []
  /// Only those whose name has this text in it, when not empty.
  public var nameContains = ""
  /// Only of these types, ids or slugs, when not empty.
  public var types: [String] = []
  /// Only of schemas that have all of these.
  public var capabilities: [String] = []
  /// Whether those that programs made for themselves are there too.
  public var includesAnonymous = false
  /// In which order.
  public var order = Order.name
  /// So many are passed over.
  public var skip = 0
  /// The most blocks of a page.
  public var limit = 100

  /// Asks for all of a namespace.
  public init(in namespace: Namespace) { self.namespace = namespace }

  /// Binds the conditions, which lists and counts have in common.
  func bind(to parameters: inout ParameterBuffer) {
    parameters.bind(namespace)
    parameters.bindArray(ids)
    parameters.bindArray(names)
    parameters.bind(nameContains)
    parameters.bindArray(types)
    parameters.bindArray(capabilities)
    parameters.bind(includesAnonymous)
  }
}

/// Which types to list.
public struct BlockTypeQuery: Sendable {
  /// The namespace.
  public var namespace: Namespace
  /// Only these, ids or slugs, when not empty.
  public var references: [String] = []
  /// Only those whose name has this text in it, when not empty.
  public var nameContains = ""
  /// Only those with a schema that has all of these.
  public var capabilities: [String] = []
  /// So many are passed over.
  public var skip = 0
  /// The most types of a page.
  public var limit = 100

  /// Asks for all of a namespace.
  public init(in namespace: Namespace) { self.namespace = namespace }
}

/// Which schemas to list.
public struct BlockSchemaQuery: Sendable {
  /// The namespace.
  public var namespace: Namespace
  /// Only these, when not empty.
  public var ids: [ObjectID] = []
  /// Only of these types, ids or slugs, when not empty.
  public var types: [String] = []
  /// Only those that have all of these.
  public var capabilities: [String] = []
  /// Only of these versions, when not empty.
  public var versions: [String] = []
  /// Only of this checksum.
  public var checksum: String?
  /// So many are passed over.
  public var skip = 0
  /// The most schemas of a page.
  public var limit = 100

  /// Asks for all of a namespace.
  public init(in namespace: Namespace) { self.namespace = namespace }
}

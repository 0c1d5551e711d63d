// Decides which artifacts can be asked for, and in which order.

public import MartletModel
import MartletPostgres

/// Which artifacts to list or count. All that is said must hold.
public struct ArtifactQuery: Sendable {
  /// In which order they are listed. The numbers are those of the contract and of the statement.
  public enum Order: Int16, Sendable {
    /// By id, the newest first.
    case newest = 1
    /// By the last change, the latest first.
    case updated = 2
    /// By key.
    case key = 3
    /// By key, the last first.
    case keyDescending = 4
  }

  /// The namespace.
  public var namespace: Namespace
  /// Only these, when not empty.
  public var ids: [ObjectID] = []
  /// Only versions of these keys, when not empty.
  public var keys: [String]
  /// Only those whose key has this text in it, when not empty.
  public var keyContains = ""
  /// Only those that have a key, or only those that have none.
  public var hasKey: Bool?
  /// Only of these types, when not empty.
  public var types: [String] = []
  /// Only of other types.
  public var otherTypes: [String] = []
  /// Only those that these runs left, when not empty.
  public var runs: [RunID]
  /// Only those that these runs or their children left, when not empty.
  public var enclosingRuns: [RunID] = []
  /// The last id of the page before; only in the order of ids.
  public var after: ObjectID?
  /// In which order.
  public var order = Order.newest
  /// So many are passed over.
  public var skip = 0
  /// The most artifacts of a page.
  public var limit: Int
  /// Whether bodies are read too.
  public var includesBodies: Bool
  /// Whether only the newest version of each key is listed.
  public var latestOnly: Bool

  /// Makes a question.
  public init(
    namespace: Namespace, runID: RunID? = nil, key: String? = nil, after: ObjectID? = nil,
    limit: Int = 100, includesBodies: Bool = false, latestOnly: Bool = false
  ) {
    self.namespace = namespace
    runs = runID.map { [$0] } ?? []
    keys = key.map { [$0] } ?? []
    self.after = after
    self.limit = limit
    self.includesBodies = includesBodies
    self.latestOnly = latestOnly
  }

  /// Binds the conditions, which lists and counts have in common.
  func bind(to parameters: inout ParameterBuffer) {
    parameters.bind(namespace)
    parameters.bindArray(ids)
    parameters.bindArray(keys)
    parameters.bind(keyContains)
    parameters.bind(hasKey)
    parameters.bindArray(types)
    parameters.bindArray(otherTypes)
    parameters.bindArray(runs)
    parameters.bindArray(enclosingRuns)
    parameters.bind(latestOnly)
  }
}

// Decides which automations can be asked for, and in which order.

public import MartletModel
import MartletPostgres

/// Which automations to list or count. All that is said must hold, unless one suffices.
public struct AutomationQuery: Sendable {
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
  /// Only these, when not empty.
  public var ids: [ObjectID] = []
  /// Only of these names, when not empty.
  public var names: [String] = []
  /// Only those that have all of these tags.
  public var tags: [String] = []
  /// Only those that have tags, or only those that have none.
  public var hasTags: Bool?
  /// Only those that belong to this resource, when not empty.
  public var ownerResource = ""
  /// Only those that have to do with this resource, when not empty.
  public var relatedResource = ""
  /// Only those that have one of these tags, when not empty.
  public var anyTags: [String] = []
  /// Only those that were created by then.
  public var createdUntil: Instant?
  /// Whether one of what is said of ids, names, the time of creation and tags suffices.
  public var matchesAny = false
  /// Whether one of what is said of tags suffices.
  public var matchesAnyTags = false
  /// In which order.
  public var order = Order.name
  /// So many are passed over.
  public var skip = 0
  /// The most automations of a page.
  public var limit = 100

  /// Makes a question for all.
  public init(in namespace: Namespace) { self.namespace = namespace }

  /// Binds the conditions, which lists and counts have in common.
  func bind(to parameters: inout ParameterBuffer) {
    parameters.bind(namespace)
    parameters.bindArray(ids)
    parameters.bindArray(names)
    parameters.bindArray(tags)
    parameters.bind(hasTags)
    parameters.bind(ownerResource)
    parameters.bind(relatedResource)
    parameters.bindArray(anyTags)
    parameters.bind(createdUntil)
    parameters.bind(matchesAny)
    parameters.bind(matchesAnyTags)
  }
}

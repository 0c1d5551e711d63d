// Decides in which orders runs may be listed: those an index serves, and by start and end where runs are few; always
// total by the id.

/// An order of runs.
public struct RunOrder: Sendable, Hashable {
  /// What it goes by; the id breaks ties, in the same direction.
  public var key: Key
  /// Whether the last comes first.
  public var isDescending: Bool

  /// What runs may be ordered by.
  public enum Key: String, Sendable, Hashable, CaseIterable {
    /// The id: time of creation for UUIDv7.
    case id
    /// When it was created.
    case createTime = "create_time"
    /// When it first ran; runs that never did come last.
    case startTime = "start_time"
    /// When it ended; runs that have not come last.
    case endTime = "end_time"
  }

  /// Newest first, by id.
  public static let standard = RunOrder(key: .id, isDescending: true)

  /// Makes an order.
  public init(key: Key, isDescending: Bool) {
    self.key = key
    self.isDescending = isDescending
  }
}

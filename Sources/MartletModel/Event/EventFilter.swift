// Decides which events a filter lets pass: comparisons of a few fields, joined by AND.

/// What an AIP-160 filter of events comes to. Every part that is set must hold.
public struct EventFilter: Sendable, Equatable {
  /// The event's name.
  public var name: Name?
  /// The id of the resource.
  public var resourceID: String?
  /// The run.
  public var runID: RunID?
  /// Not before this time.
  public var from: Instant?
  /// Not after this time.
  public var to: Instant?

  /// What a name must be.
  public enum Name: Sendable, Equatable {
    /// This one.
    case equal(String)
    /// One that begins so.
    case prefix(String)

    /// Whether a name is that.
    public func matches(_ name: String) -> Bool {
      switch self {
      case .equal(let text): name == text
      case .prefix(let text): name.utf8.starts(with: text.utf8)
      }
    }

    /// Whether names that begin with a text may be that.
    func mayBegin(with start: String) -> Bool {
      switch self {
      case .equal(let text): text.utf8.starts(with: start.utf8)
      case .prefix(let text):
        text.utf8.starts(with: start.utf8) || start.utf8.starts(with: text.utf8)
      }
    }
  }

  /// A filter that lets all pass.
  public init() {}

  /// Reads a filter.
  /// - Throws: `QueryError`, which names the position.
  public init(_ text: String) throws(QueryError) {
    guard text.utf8.count <= FilterExpression.longestText else {
      throw QueryError(
        position: FilterExpression.longestText,
        problem: "The filter is longer than \(FilterExpression.longestText) bytes")
    }
    var lexer = FilterLexer(text)
    var token = try lexer.next()
    while token.kind != .end {
      guard case .path(let names) = token.kind else {
        throw QueryError(
          position: token.position,
          problem: "Expected a comparison; those of events are joined by AND alone")
      }
      let field = token
      token = try lexer.next()
      guard case .comparator(let comparator) = token.kind else {
        throw QueryError(
          position: token.position, problem: "Expected one of = < <= > >= after the field")
      }
      let place = token.position
      token = try lexer.next()
      guard case .value(let value, let isPrefix) = token.kind else {
        throw QueryError(position: token.position, problem: "Expected a value")
      }
      try add(
        names.joined(separator: "."), field.position, comparator, place, value, isPrefix,
        token.position)
      token = try lexer.next()
      guard token.kind == .and else { break }
      token = try lexer.next()
      if token.kind == .end {
        throw QueryError(position: token.position, problem: "Expected a comparison")
      }
    }
    guard token.kind == .end else {
      throw QueryError(
        position: token.position, problem: "Comparisons of events are joined by AND alone")
    }
  }

  private mutating func add(
    _ name: String, _ position: Int, _ comparator: FilterOperator, _ place: Int, _ value: String,
    _ isPrefix: Bool, _ valueAt: Int
  ) throws(QueryError) {
    if value.utf8.contains(0) {
      throw QueryError(position: valueAt, problem: "A value holds no NUL")
    }
    if isPrefix, name != "name" {
      throw QueryError(position: valueAt, problem: "\"\(name)\" takes no * here")
    }
    if name != "time", comparator != .equal {
      throw QueryError(position: place, problem: "\"\(name)\" is compared by = alone")
    }
    switch name {
    case "name" where self.name == nil: self.name = isPrefix ? .prefix(value) : .equal(value)
    case "resource.id" where resourceID == nil: resourceID = value
    case "run_id" where runID == nil:
      guard let id = RunID(value) else {
        throw QueryError(position: valueAt, problem: "\"\(value)\" is not the id of a run")
      }
      runID = id
    case "time":
      guard let time = Instant(rfc3339: value), RunLimits.times.contains(time) else {
        throw QueryError(
          position: valueAt, problem: "\"\(value)\" is no time such as 2026-11-21T09:00:00Z")
      }
      try bound(comparator, time, place)
    case "name", "resource.id", "run_id":
      throw QueryError(position: position, problem: "\"\(name)\" is compared twice")
    default:
      throw QueryError(
        position: position,
        problem: "There is no field \"\(name)\"; there are name, resource.id, run_id, time")
    }
  }

  private mutating func bound(
    _ comparator: FilterOperator, _ time: Instant, _ place: Int
  ) throws(QueryError) {
    let step = Interval(microseconds: 1)
    let back = Interval(microseconds: -1)
    let floor = from ?? RunLimits.times.lowerBound
    let ceiling = to ?? RunLimits.times.upperBound
    switch comparator {
    case .greater: from = max(floor, time + step)
    case .greaterOrEqual: from = max(floor, time)
    case .less: to = min(ceiling, time + back)
    case .lessOrEqual: to = min(ceiling, time)
    case .equal: (from, to) = (max(floor, time), min(ceiling, time))
    case .notEqual, .has:
      throw QueryError(position: place, problem: "\"time\" is compared by = < <= > >=")
    }
  }
}

// Decides how a trigger is taken apart: each trigger in it has a number, and knows what it is part of.

/// The triggers that a trigger is put together of. The whole has the number 0; the others follow as they are written, each
/// before its own parts.
public struct TriggerTree: Sendable, Hashable {
  /// A trigger.
  public enum Content: Sendable, Hashable {
    /// It counts events.
    case event(EventTrigger)
    /// It is put together of others.
    case composition(TriggerComposition)
  }

  /// A trigger with its place.
  public struct Node: Sendable, Hashable {
    /// What it is.
    public var content: Content
    /// The number of the one that it is part of; nil for the whole.
    public var parent: Int?
    /// Which part of it, from 0.
    public var position: Int
  }

  /// By number.
  public private(set) var nodes: [Node] = []

  /// Most triggers in one.
  public static let most = 64

  /// Takes a trigger apart.
  public init(_ trigger: Trigger) { add(trigger, parent: nil, position: 0) }

  /// Those that count events, with their numbers.
  public var leaves: [(number: Int, trigger: EventTrigger)] {
    nodes.indices.compactMap { number in self[number].map { (number, $0) } }
  }

  /// The trigger of a number, where it counts events.
  public subscript(_ number: Int) -> EventTrigger? {
    guard nodes.indices.contains(number), case .event(let trigger) = nodes[number].content
    else { return nil }
    return trigger
  }

  /// The numbers of those that one is part of, the nearest first.
  public func wholes(of number: Int) -> [Int] {
    var wholes: [Int] = []
    var next = nodes[number].parent
    while let whole = next {
      wholes.append(whole)
      next = nodes[whole].parent
    }
    return wholes
  }

  private mutating func add(_ trigger: Trigger, parent: Int?, position: Int) {
    let number = nodes.count
    switch trigger {
    case .event(let event):
      nodes.append(Node(content: .event(event), parent: parent, position: position))
    case .compound(let parts, let requirement):
      let count = parts.triggers.count
      add(
        parts,
        TriggerComposition(
          count: count, required: requirement.number(of: count), isOrdered: false,
          within: parts.within))
    case .sequence(let parts):
      let count = parts.triggers.count
      add(
        parts,
        TriggerComposition(count: count, required: count, isOrdered: true, within: parts.within))
    }
    func add(_ parts: Trigger.Composition, _ composition: TriggerComposition) {
      nodes.append(
        Node(content: .composition(composition), parent: parent, position: position))
      for (position, part) in parts.triggers.enumerated() {
        self.add(part, parent: number, position: position)
      }
    }
  }
}

extension Trigger.Requirement {
  /// How many of some parts must fire.
  public func number(of count: Int) -> Int {
    switch self {
    case .any: 1
    case .all: count
    case .count(let number): number
    }
  }
}

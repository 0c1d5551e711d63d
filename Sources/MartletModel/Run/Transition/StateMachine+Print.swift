// Decides how the table is shown: as text for people, as a Mermaid diagram for the documentation.

extension StateMachine {
  /// The table as text: a line for each rule, columns separated by ` | `, aligned.
  public var text: String {
    var lines = [["rule", "from", "event", "when", "verdict", "to", "reason", "effects"]]
    for rule in rules {
      lines.append([
        rule.id, rule.from.description, rule.events.description,
        rule.guards.map(\.description).joined(separator: ", "), rule.ruling.name,
        rule.target.description, rule.ruling.reason?.rawValue ?? "",
        rule.effects.names.joined(separator: ", "),
      ])
    }
    let widths = lines[0].indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
    return lines.map { line in
      let cells = zip(line, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      let joined = cells.joined(separator: " | ")
      return String(joined.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }

  /// The states and the transitions between them as a Mermaid state diagram.
  public var mermaid: String {
    var edges: [String] = []
    var rulesOfEdge: [String: [String]] = [:]
    for rule in rules {
      for (from, to) in rule.edges {
        let edge = "\(from?.description ?? "[*]") --> \(to.description)"
        if rulesOfEdge[edge] == nil { edges.append(edge) }
        rulesOfEdge[edge, default: []].append(rule.shortName)
      }
    }
    let lines = edges.map { edge in
      "  \(edge): \(rulesOfEdge[edge, default: []].joined(separator: ", "))\n"
    }
    let ends = StateType.allCases.filter(\.isTerminal).map { "  \($0) --> [*]\n" }
    return "stateDiagram-v2\n" + lines.joined() + ends.joined()
  }
}

extension TransitionRule {
  /// The pairs of states this rule connects; empty when it changes no state.
  public var edges: [(from: StateType?, to: StateType)] {
    var edges: [(from: StateType?, to: StateType)] = []
    for state in StateMachine.states where from.contains(state) {
      switch target {
      case .same: break
      case .state(let to): edges.append((state, to))
      case .proposed:
        for to in StateType.allCases where events.contains(EventKind(proposing: to)) {
          edges.append((state, to))
        }
      }
    }
    return edges
  }

  /// The id without the state it begins with.
  fileprivate var shortName: String {
    id.firstIndex(of: "/").map { String(id[id.index(after: $0)...]) } ?? id
  }
}

extension StateSet: CustomStringConvertible {
  /// The members: `PENDING, RUNNING`; "any" for all, "none" for no run, "finished" for all ends.
  public var description: String {
    if self == .existing { return "any" }
    if self == .terminal { return "finished" }
    return StateMachine.states.filter { contains($0) }.map { $0?.description ?? "none" }
      .joined(separator: ", ")
  }
}

extension EventSet: CustomStringConvertible {
  /// The members by name; "propose any" for all proposals.
  public var description: String {
    if self == .proposals { return "propose any" }
    return EventKind.allCases.filter { contains($0) }.map(\.description).joined(separator: ", ")
  }
}

extension TransitionRule.Target: CustomStringConvertible {
  /// The state, "as proposed", or nothing when it stays.
  public var description: String {
    switch self {
    case .same: ""
    case .proposed: "as proposed"
    case .state(let type): type.description
    }
  }
}

// Decides that the printed table and diagram show every rule.

import MartletModel
import Testing

@Suite struct StateMachinePrintTests {
  @Test func theTextHasALineForEachRule() {
    let lines = StateMachine.standard.text.split(separator: "\n")
    #expect(lines.count == StateMachine.standard.rules.count + 1)
    for rule in StateMachine.standard.rules {
      #expect(lines.contains { $0.hasPrefix(rule.id + " ") }, "\(rule.id)")
    }
    #expect(!lines.contains { $0.hasSuffix(" ") })
  }

  @Test func theDiagramHasEveryEdge() {
    let diagram = StateMachine.standard.mermaid
    #expect(diagram.hasPrefix("stateDiagram-v2\n"))
    for rule in StateMachine.standard.rules {
      for edge in rule.edges {
        let text = "\(edge.from?.description ?? "[*]") --> \(edge.to)"
        #expect(diagram.contains(text), "\(rule.id): \(text)")
      }
    }
    #expect(diagram.contains("  PENDING --> RUNNING: bind, start\n"))
    #expect(diagram.contains("  FAILED --> [*]\n"))
    #expect(!diagram.contains("COMPLETED --> RUNNING"))
  }
}

// Decides that the page people read about the state machine is the table that the server enforces.

import Foundation
import MartletModel
import Testing

@Suite struct StateMachineDocumentTests {
  /// Run with `MARTLET_UPDATE_DOCS=1` to write the page anew.
  @Test func thePageIsPrintedFromTheTable() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let page = root.appending(path: "proto/state-machine.md")
    let machine = StateMachine.standard
    let text = """
      <!-- Printed from the table in Sources/MartletModel/Run/Transition. Do not edit. -->
      # The state machine

      Version \(StateMachine.version). The same is served by `SystemService.GetStateMachine`.

      ```mermaid
      \(machine.mermaid.trimmingCharacters(in: .newlines))
      ```

      ```
      \(machine.text.trimmingCharacters(in: .newlines))
      ```

      """
    if ProcessInfo.processInfo.environment["MARTLET_UPDATE_DOCS"] == "1" {
      try Data(text.utf8).write(to: page)
    }
    let stands = try String(contentsOf: page, encoding: .utf8)
    #expect(stands == text, "run the tests of the model with MARTLET_UPDATE_DOCS=1")
  }
}

// Decides that a search finds the lines that Prefect's finds.

import Testing

@testable import MartletPrefect

@Suite struct LogTextTests {
  @Test(arguments: [
    ("", true), ("  ", true), ("ERROR", true), ("nothing", false), ("nothing error", true),
    ("error -timeout", false), ("error !timeout", false), ("-nothing", true),
    ("+error +timeout", true),
    ("+error +nothing", false), (#""connection timeout""#, true), (#""timeout connection""#, false),
    (#"-"connection timeout""#, false), ("- error", true), ("- nothing", false), ("+", true),
    (#""say \"hi\"""#, true), (#""unclosed"#, false), (#""connection"#, true), (#""a\\b""#, true),
    ("my.logger", true), (#"nothing"error""#, true),
  ])
  func findsWhatPrefectFinds(query: String, isFound: Bool) {
    let text = LogText(query)
    #expect(
      text.finds(#"Error: connection timeout, say "hi" to a\b"#, of: "my.logger") == isFound)
  }
}

// Decides how the length of a limit is told that a run has passed.

import Testing

@testable import MartletWorker

@Suite struct LimitTextTests {
  @Test(arguments: [
    (Duration.seconds(1), "1 s"), (.nanoseconds(999_680_228), "1 s"),
    (.milliseconds(1500), "1.5 s"),
    (.milliseconds(250), "0.25 s"), (.zero, "0 s"), (.seconds(3600), "3600 s"),
  ])
  func isShort(_ limit: Duration, _ text: String) { #expect(limit.formatted == text) }
}

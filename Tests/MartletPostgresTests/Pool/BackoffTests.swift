// Decides how pauses grow: doubled, jittered within bounds, back to the start after a success.

import Testing

@testable import MartletPostgres

@Suite("Back-off") struct BackoffTests {
  @Test("Pauses double up to the limit, each between half and all of its step")
  func growth() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    var backoff = Backoff(.milliseconds(50)...(.seconds(1)))
    for step in [50, 100, 200, 400, 800, 1000, 1000] {
      let pause = backoff.pause(using: &random)
      #expect(pause >= .milliseconds(step) / 2 && pause <= .milliseconds(step), "seed \(seed)")
    }
    backoff.reset()
    #expect(backoff.pause(using: &random) <= .milliseconds(50))
  }
}

// Decides that no wake-up is lost.

import Testing

@testable import Martlet

@Suite struct BellTests {
  private let farAway = ContinuousClock.now + .seconds(600)

  @Test(.timeLimit(.minutes(10))) func aRingBeforeTheWaitCounts() async {
    let bell = Bell()
    bell.ring()
    bell.ring()
    await bell.wait(until: farAway)
  }

  @Test(.timeLimit(.minutes(10))) func everyRingEndsAWait() async {
    let bell = Bell()
    let answers = Bell()
    async let waiter: Void = {
      for _ in 0..<2000 {
        await bell.wait(until: farAway)
        answers.ring()
      }
    }()
    for _ in 0..<2000 {
      bell.ring()
      await answers.wait(until: farAway)
    }
    await waiter
  }

  @Test(.timeLimit(.minutes(10))) func theDeadlineAndCancellationEndTheWait() async {
    let bell = Bell()
    await bell.wait(until: .now + .milliseconds(1))
    await bell.wait(until: .now - .seconds(1))
    let task = Task { await bell.wait(until: farAway) }
    task.cancel()
    await task.value
  }
}

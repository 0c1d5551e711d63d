// Decides that a wait ends when its time is over, also when that was before anybody looked.

import MartletStore
import Testing

@Suite(.timeLimit(.minutes(10))) struct CommitSignalTests {
  @Test func aWaitWhoseTimeIsOverAtOnceEnds() async {
    let signal = CommitSignal()
    for _ in 0..<1000 { #expect(await !signal.wait(atMost: .zero)) }
    signal.raise()
    #expect(await signal.wait(atMost: .zero))
    #expect(await !signal.wait(atMost: .zero))
  }
}

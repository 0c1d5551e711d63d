// A signal that comes right after a stream was asked for must not be lost, however many streams want it.

import Glibc
import MartletWorker
import Testing

@Suite struct SignalTests {
  @Test(.timeLimit(.minutes(1)))
  func everyStreamGetsASignalSentAtOnce() async {
    for _ in 0..<200 {
      let first = Signals.stream([SIGUSR1])
      let second = Signals.stream([SIGUSR1, SIGUSR2])
      kill(getpid(), SIGUSR1)
      for stream in [first, second] {
        var signals = stream.makeAsyncIterator()
        #expect(await signals.next() == SIGUSR1)
      }
    }
  }

  @Test(.timeLimit(.minutes(1)))
  func aStreamGetsOnlyItsOwnSignals() async {
    var signals = Signals.stream([SIGWINCH, SIGURG]).makeAsyncIterator()
    let other = Signals.stream([SIGIO])
    for number in [SIGIO, SIGWINCH, SIGURG] {
      kill(getpid(), number)
      guard number != SIGIO else { continue }
      #expect(await signals.next() == number)
    }
    var others = other.makeAsyncIterator()
    #expect(await others.next() == SIGIO)
  }
}

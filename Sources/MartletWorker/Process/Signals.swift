// Decides how signals reach tasks: as elements of a stream. What the one who started us wanted ignored stays ignored.

import CSpawn
@preconcurrency import Dispatch
import Glibc

/// Signals sent to this process.
package enum Signals {
  /// Which of these are ignored now: as `nohup` does for SIGHUP.
  package static func ignored(of numbers: [Int32]) -> Set<Int32> {
    Set(
      numbers.filter { number in
        var action = sigaction()
        guard sigaction(number, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
      })
  }

  /// Ends the process by a signal as if nobody had caught it; returns only when the signal ends nobody.
  package static func die(of number: Int32) {
    signal(number, SIG_DFL)
    // Threads of the pool have every signal blocked.
    var only = sigset_t()
    sigemptyset(&only)
    sigaddset(&only, number)
    pthread_sigmask(SIG_UNBLOCK, &only, nil)
    raise(number)
  }

  /// The signals of a set as they come; from now on they no longer end the process.
  package static func stream(_ numbers: [Int32]) -> AsyncStream<Int32> {
    let (stream, sink) = AsyncStream<Int32>.makeStream()
    let sources = numbers.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { @Sendable in sink.yield(number) }
      source.resume()
      return source
    }
    sink.onTermination = { @Sendable _ in
      for source in sources { source.cancel() }
    }
    return stream
  }
}

// Decides how signals reach tasks: as elements of a stream. What the one who started us wanted ignored stays ignored.

import CSpawn
@preconcurrency import Dispatch
import Glibc
import Synchronization

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

  /// The signals of a set as they come; from now on they no longer end the process, and none is lost.
  ///
  /// Several streams may want the same signal: each gets it.
  package static func stream(_ numbers: [Int32]) -> AsyncStream<Int32> {
    let (stream, sink) = AsyncStream<Int32>.makeStream()
    let key = SignalRelay.shared.add(sink, for: Set(numbers))
    sink.onTermination = { @Sendable _ in SignalRelay.shared.remove(key) }
    return stream
  }
}

/// Where the handler writes the number of a signal. Set once, before a handler is installed.
private nonisolated(unsafe) var relayDescriptor: Int32 = -1

/// Carries signals from the handler, which may do next to nothing, to the streams: through a pipe.
///
/// A signal source of Dispatch will not do: it installs its handler some time later on another thread, so that what comes
/// before is lost, or, where two sources want one signal, for ever.
private final class SignalRelay: Sendable {
  static let shared = SignalRelay()

  private struct Listener {
    let sink: AsyncStream<Int32>.Continuation
    let numbers: Set<Int32>
  }
  private struct Audience {
    var listeners: [Int: Listener] = [:]
    var next = 0
  }
  private let audience = Mutex(Audience())
  private let source: any DispatchSourceRead

  private init() {
    var ends: [Int32] = [-1, -1]
    let isMade = pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0
    precondition(isMade, "no pipe for signals: \(String(cString: strerror(errno)))")
    relayDescriptor = ends[1]
    let outlet = ends[0]
    source = DispatchSource.makeReadSource(fileDescriptor: outlet, queue: .global())
    source.setEventHandler { @Sendable in
      var numbers = [UInt8](repeating: 0, count: 64)
      let count = read(outlet, &numbers, numbers.count)
      for number in numbers.prefix(max(count, 0)) { Self.shared.tell(Int32(number)) }
    }
    source.resume()
  }

  func add(_ sink: AsyncStream<Int32>.Continuation, for numbers: Set<Int32>) -> Int {
    let key = audience.withLock { audience in
      audience.next += 1
      audience.listeners[audience.next] = Listener(sink: sink, numbers: numbers)
      return audience.next
    }
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { number in
      let before = errno
      var byte = UInt8(truncatingIfNeeded: number)
      _ = write(relayDescriptor, &byte, 1)
      errno = before
    }
    action.sa_flags = SA_RESTART
    for number in numbers { sigaction(number, &action, nil) }
    return key
  }

  func remove(_ key: Int) {
    audience.withLock { _ = $0.listeners.removeValue(forKey: key) }
  }

  private func tell(_ number: Int32) {
    let sinks = audience.withLock { audience in
      audience.listeners.values.filter { $0.numbers.contains(number) }.map(\.sink)
    }
    for sink in sinks { sink.yield(number) }
  }
}

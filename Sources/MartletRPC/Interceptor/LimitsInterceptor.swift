// Decides how many calls may run at once; more are told to come back, so that a flood costs an answer each
// and not the server. Open calls on one connection are bounded by HTTP/2's stream limit; handlers that go on
// after their caller has reset the stream are not, so they are counted by connection here.

package import MartletCall
import Synchronization

/// How many calls may run at once.
public struct CallLimits: Sendable, Equatable {
  /// Calls whose handlers run at once in the server.
  public var concurrentCalls: Int
  /// Handlers of one peer that may still run after it gave their calls up; its next call is refused.
  public var abandonedPerPeer: Int
  /// Bytes of messages that are not whole yet which one connection may have in memory; one message may always
  /// come.
  public var unfinishedPerConnection: Int
  /// After what time a refused caller is asked to try again.
  public var retryAfter: Duration

  /// 20,000 calls, 256 of them abandoned by one peer; 32 MiB of unfinished messages on a connection; refused ones try
  /// again after a quarter of a second.
  public init(
    concurrentCalls: Int = 20_000, abandonedPerPeer: Int = 256,
    unfinishedPerConnection: Int = 32 << 20,
    retryAfter: Duration = .milliseconds(250)
  ) {
    self.concurrentCalls = concurrentCalls
    self.abandonedPerPeer = abandonedPerPeer
    self.unfinishedPerConnection = unfinishedPerConnection
    self.retryAfter = retryAfter
  }
}

/// Counts the calls whose handlers run, and refuses more than the limit.
package final class LimitsInterceptor: Interceptor {
  private let limits: CallLimits
  private let running = Atomic<Int>(0)

  package init(_ limits: CallLimits) { self.limits = limits }

  package func before(_ call: inout IncomingCall) throws(Status) {
    let (_, count) = running.add(1, ordering: .relaxed)
    guard count > limits.concurrentCalls else { return }
    running.subtract(1, ordering: .relaxed)
    throw Status.resourceExhausted(
      reason: "TOO_MANY_CALLS", subject: "server",
      "more than \(limits.concurrentCalls) calls are running", retryAfter: limits.retryAfter)
  }

  package func released() { running.subtract(1, ordering: .relaxed) }
}

// Decides how long a call may take when its caller does not say, and at most.

package import MartletCall

/// How long calls may take.
public struct DeadlinePolicy: Sendable, Equatable {
  /// The time of a unary call that names none; nil lets it run on.
  public var unaryDefault: Duration?
  /// The longest time of a unary call; callers that ask for more get this.
  public var unaryMaximum: Duration?
  /// The longest time of a streaming call; nil lets it run on, as watchers and workers must.
  public var streamMaximum: Duration?
  /// How long a request may take to come where its handler waits for the whole of it: those of unary and of
  /// server-streaming calls. Requests of client-streaming and bidirectional calls may come for ever. Nil for ever.
  public var bodyTimeout: Duration?

  /// One minute by default and ten at most for unary calls; none for streams; one minute for requests to come.
  public init(
    unaryDefault: Duration? = .seconds(60), unaryMaximum: Duration? = .seconds(600),
    streamMaximum: Duration? = nil, bodyTimeout: Duration? = .seconds(60)
  ) {
    self.unaryDefault = unaryDefault
    self.unaryMaximum = unaryMaximum
    self.streamMaximum = streamMaximum
    self.bodyTimeout = bodyTimeout
  }

  /// The time of a call. Pure.
  func timeout(asked: Duration?, kind: MethodDescriptor.Kind) -> Duration? {
    let maximum = kind == .unary ? unaryMaximum : streamMaximum
    let wanted = asked ?? (kind == .unary ? unaryDefault : nil)
    guard let maximum else { return wanted }
    return min(wanted ?? maximum, maximum)
  }
}

/// Sets the time of each call.
package struct DeadlineInterceptor: Interceptor {
  private let policy: DeadlinePolicy

  package init(_ policy: DeadlinePolicy) { self.policy = policy }

  package func before(_ call: inout IncomingCall) throws(Status) {
    call.timeout = policy.timeout(asked: call.timeout, kind: call.method.descriptor.kind)
    if let timeout = call.timeout, timeout <= .zero {
      throw Status(.deadlineExceeded, "the deadline had passed when the call came")
    }
  }
}

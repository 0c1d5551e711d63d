// Decides the order in which interceptors see a call, and that each `before` that let a call pass is
// followed by one `after` and one `released`. Those that ship with the server are called directly, in this
// order: metrics, logging, limits, trace, deadline; then the principal's and the program's own.

import MartletCall

/// The interceptors of a server, fixed at its start. A class, so that no call copies it.
final class InterceptorChain: Sendable {
  private let metrics: MetricsInterceptor?
  private let logging: LoggingInterceptor
  private let limits: LimitsInterceptor
  private let trace: TraceInterceptor?
  private let deadline: DeadlineInterceptor
  private let others: [any Interceptor]
  private let suspending: [any SuspendingInterceptor]

  init(
    metrics: MetricsInterceptor?, logging: LoggingInterceptor, limits: LimitsInterceptor,
    trace: TraceInterceptor?, deadline: DeadlineInterceptor, others: [any Interceptor]
  ) {
    self.metrics = metrics
    self.logging = logging
    self.limits = limits
    self.trace = trace
    self.deadline = deadline
    self.others = others
    suspending = others.compactMap { $0 as? any SuspendingInterceptor }
  }

  /// Whether some interceptor must wait.
  var suspends: Bool { !suspending.isEmpty }

  /// Runs every `before`; on a refusal, `after` and `released` of those that let the call pass.
  func before(_ call: inout IncomingCall) throws(Status) {
    metrics?.before(&call)
    do throws(Status) {
      try limits.before(&call)
    } catch {
      let finished = refused(call, error)
      logging.after(finished)
      metrics?.after(finished)
      throw error
    }
    var reached = 0
    do throws(Status) {
      trace?.before(&call)
      try deadline.before(&call)
      while reached < others.count {
        try others[reached].before(&call)
        reached += 1
      }
    } catch {
      let finished = refused(call, error)
      for link in others[..<reached].reversed() { link.after(finished) }
      logging.after(finished)
      metrics?.after(finished)
      for link in others[..<reached] { link.released() }
      limits.released()
      throw error
    }
  }

  private func refused(_ call: borrowing IncomingCall, _ status: Status) -> FinishedCall {
    FinishedCall(
      method: call.method, callProtocol: call.callProtocol, context: call.context,
      status: status, cause: nil, nanoseconds: 0)
  }

  func resolve(_ call: inout IncomingCall) async throws(Status) {
    for link in suspending { try await link.resolve(&call) }
  }

  func after(_ call: borrowing FinishedCall) {
    for link in others.reversed() { link.after(call) }
    logging.after(call)
    metrics?.after(call)
  }

  func released() {
    for link in others { link.released() }
    limits.released()
  }
}

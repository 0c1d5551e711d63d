// Decides which trace a call belongs to: the caller's, or a new one.

import MartletCall

/// Continues the caller's trace or begins one.
package struct TraceInterceptor: Interceptor {
  package init() {}

  package func before(_ call: inout IncomingCall) {
    var random = FastRandom(seed: call.randomWord)
    // Ids are never zero (W3C Trace Context, sections 3.2.2.3 and 3.2.2.4).
    let span = random.next() | 1
    if var trace = call.fields.trace {
      trace.span = span
      call.context.trace = trace
    } else {
      call.context.trace = TraceContext(
        traceHigh: random.next(), traceLow: random.next() | 1, span: span, flags: 0)
    }
  }
}

// Decides what is logged of a call: one line at debug, faults of the server louder; never the text of a
// request, a response or a credential.

package import Logging
import MartletCall

/// Logs each call when it was answered.
package struct LoggingInterceptor: Interceptor {
  private let logger: Logger

  package init(_ logger: Logger) { self.logger = logger }

  package func after(_ call: borrowing FinishedCall) {
    let level = Self.level(of: call.code)
    guard level >= logger.logLevel else { return }
    var metadata: Logger.Metadata = [
      "method": "\(call.method.descriptor.path)",
      "protocol": "\(call.callProtocol.rawValue)",
      "code": "\(call.code.name)",
      "ms": "\(Double(call.nanoseconds / 1_000) / 1_000)",
      "peer": "\(call.context.peer)",
      "principal": "\(call.context.principal.name)",
    ]
    if let trace = call.context.traceParent { metadata["trace"] = "\(trace)" }
    if let message = call.status?.message { metadata["message"] = "\(message)" }
    if let cause = call.cause { metadata["error"] = "\(String(reflecting: cause))" }
    logger.log(level: level, "call", metadata: metadata)
  }

  /// How loud an outcome is: the server's own faults warn, refusals inform, the rest is for debugging.
  static func level(of code: StatusCode) -> Logger.Level {
    switch code {
    case .ok, .cancelled, .notFound, .alreadyExists: .debug
    case .internal, .unknown, .dataLoss: .warning
    case .unavailable, .resourceExhausted, .deadlineExceeded, .permissionDenied, .unauthenticated,
      .invalidArgument, .failedPrecondition, .aborted, .outOfRange, .unimplemented:
      .info
    }
  }
}

// Decides what is told when the system has no file for another connection. NIO waits a second and tries again; without a
// word in the log the server would only seem silent.

import Logging
import NIOCore

/// Tells the log why connections are not accepted. Stands before NIO's own handler, which keeps such errors to itself
/// and comes back once a second at most.
final class AcceptFaults: ChannelInboundHandler {
  typealias InboundIn = any Channel

  private let logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if let error = error as? IOError {
      logger.error(
        "connections wait: the system does not give one; raise the limit of open files (ulimit -n)",
        metadata: ["error": "\(error)"])
    }
    context.fireErrorCaught(error)
  }
}

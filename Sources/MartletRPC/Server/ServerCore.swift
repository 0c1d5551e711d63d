// Decides what all calls of a server share.

import Logging

/// The fixed parts of a server.
final class ServerCore: Sendable {
  let table: MethodTable
  let chain: InterceptorChain
  let sizes: CallSizes
  let compression: CompressionPolicy
  let origins: OriginPolicy
  let limits: CallLimits
  let routes: HTTPRoutes
  let logger: Logger

  init(
    table: MethodTable, chain: InterceptorChain, sizes: CallSizes,
    compression: CompressionPolicy, origins: OriginPolicy,
    limits: CallLimits, routes: HTTPRoutes, logger: Logger
  ) {
    self.table = table
    self.chain = chain
    self.sizes = sizes
    self.compression = compression
    self.origins = origins
    self.limits = limits
    self.routes = routes
    self.logger = logger
  }
}

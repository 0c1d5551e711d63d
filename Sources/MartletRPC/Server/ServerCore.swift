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
  /// How long a request that must be complete before its handler starts may take to come.
  let bodyTimeout: Duration?
  let routes: HTTPRoutes
  let logger: Logger

  init(
    table: MethodTable, chain: InterceptorChain, sizes: CallSizes,
    compression: CompressionPolicy, origins: OriginPolicy,
    limits: CallLimits, bodyTimeout: Duration?, routes: HTTPRoutes, logger: Logger
  ) {
    self.table = table
    self.chain = chain
    self.sizes = sizes
    self.compression = compression
    self.origins = origins
    self.limits = limits
    self.bodyTimeout = bodyTimeout
    self.routes = routes
    self.logger = logger
  }
}

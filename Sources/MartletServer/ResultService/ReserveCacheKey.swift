// Decides how a caller gets the value of a key, a lease on computing it, or is told to wait.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func reserveCacheKey(_ request: ReserveCacheKeyRequest, context: CallContext) async throws
    -> ReserveCacheKeyResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let token = try ObjectID(optional: request.token, "token") ?? .timeOrdered()
      let wanted = MartletModel.CacheRequest(
        token: token.value, runID: try RunID(optional: request.runID, "run_id"),
        isolation: try isolation(request.isolation),
        lease: request.lease.map { Interval($0) } ?? CacheLimits.standardLease,
        expireAfter: request.expireAfter.map { Interval($0) }, refresh: request.refresh)
      let end = try Patience(request.wait).end(context)
      let outcome = try await backend.store.reserveCacheKey(
        request.key, wanted, in: namespace,
        patience: max(.zero, ContinuousClock.now.duration(to: end)), deadline: context.deadline)
      var response = ReserveCacheKeyResponse()
      switch outcome {
      case .hit(let entry): response.outcome = .hit(MartletProto.CacheEntry(entry))
      case .reserved(let reservation):
        response.outcome = .reserved(
          .init(token: token.description, lapseTime: reservation.lapseTime.timestamp))
      case .busy(let holder, let left):
        response.outcome = .busy(
          .init(
            retryAfter: min(.seconds(1), max(.milliseconds(1), left.duration)),
            runID: holder.runID?.description ?? "", lapseTime: holder.lapseTime.timestamp))
      }
      return response
    }
  }

  private func isolation(
    _ isolation: MartletProto.CacheIsolation
  ) throws(InvalidValue) -> MartletModel.CacheIsolation {
    switch isolation {
    case .unspecified, .serializable: return .serializable
    case .readCommitted: return .readCommitted
    case .unrecognized(let number):
      throw InvalidValue("isolation", "is \(number), which this server does not know")
    }
  }
}

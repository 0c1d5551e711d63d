// Decides how the session of a worker that polls is kept, and how it hears what is not its any more.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension WorkerHandlers {
  func heartbeatWorker(_ request: HeartbeatWorkerRequest, context: CallContext) async throws
    -> HeartbeatWorkerResponse
  {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let (pool, identity, _) = try await admit(
        request.worker, "worker", in: namespace, context, isHeartbeat: true)
      for (index, exited) in request.exited.enumerated() {
        try await ended(exited, "exited[\(index)]", in: namespace)
      }
      var response = HeartbeatWorkerResponse()
      response.revoked = try await lost(request.held, "held")
      let known = try await backend.store.listWorkers(
        in: namespace, of: pool.name, named: identity.name, includesOffline: true, limit: 1,
        deadline: context.deadline)
      // One that is not known is new; one that came again with another session has lost the one before.
      if known.first?.identity.sessionID != identity.sessionID, !request.goodbye {
        _ = try await backend.store.enterWorker(
          identity, pool: pool, deadline: context.deadline)
      }
      response.drain =
        known.first.map { $0.isDraining && $0.identity.sessionID == identity.sessionID } ?? false
      if request.goodbye {
        try await backend.store.endWorkerSession(identity.sessionID, in: namespace)
      }
      return response
    }
  }
}

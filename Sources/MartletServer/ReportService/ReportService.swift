// Decides what report handlers are made of.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Serves `martlet.v1.ReportService`.
struct ReportHandlers: ReportService {
  let backend: Backend
}

extension ReportHandlers {
  /// Renews the lease of a frame's session.
  ///
  /// - Returns: the session, and what its executor is to do as far as the renewal told.
  func renew(
    _ session: Session?, namespace: Namespace, actor: String, isHeartbeat: Bool
  ) async throws -> (id: SessionID, directives: [Directive])? {
    guard let session else { return nil }
    let id = try SessionID(required: session.id, "session.id")
    let lease = session.lease.map(Interval.init) ?? SessionLease.standard
    guard SessionLease.allowed.contains(lease) else {
      throw InvalidValue("session.lease", "must be from 3 s to 1 h")
    }
    let directives = try await backend.keeper.renew(
      id, in: namespace, lease: lease,
      holder: session.holder.isEmpty ? actor : session.holder, actor: actor, always: isHeartbeat)
    return (id, directives)
  }
}

/// How long executors may be silent.
enum SessionLease {
  /// When a session does not say.
  static let standard = Interval.seconds(30)
  /// What a session may say.
  static let allowed = Interval.seconds(3)...Interval.seconds(3600)
}

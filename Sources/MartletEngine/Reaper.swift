// Decides what becomes of the runs of executors that fell silent.

import Logging
import MartletModel
import MartletStore
import Metrics

/// Ends lapsed sessions: their RUNNING runs crash presumptively, their PENDING ones go back, those
/// being cancelled are cancelled. The state machine decides each, in ordinary batches.
///
/// A session is taken by one replica at a time; if that one dies, another takes it over.
public struct Reaper: PacedService {
  /// What the services of the engine share.
  public let context: EngineContext
  private let reaped = Metrics.Counter(label: "martlet_sessions_lapsed_total")

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// Ends the sessions that lapsed.
  public func step() async throws -> Duration {
    let sessions = try await store.takeLapsedSessions(
      limit: settings.chunk, hold: settings.hold, tolerance: settings.tickTolerance)
    if sessions.isEmpty { return settings.reapInterval }
    for session in sessions {
      let count = try await release(session)
      reaped.increment()
      logger.info("session \(session) lapsed with \(count) runs")
    }
    _ = try await store.forgetEndedSessions(sessions)
    return sessions.count < settings.chunk ? settings.reapInterval : .zero
  }

  /// Puts the lapse to every run of a session; returns how many there were.
  private func release(_ session: SessionID) async throws(StoreError) -> Int {
    var total = 0
    while true {
      let runs = try await store.claims(of: session, limit: settings.chunk)
      if runs.isEmpty { return total }
      let answers = try await store.transitions.submit(
        runs.map { .sessionLapsed(SessionLapse(runID: $0, sessionID: session)) })
      total += runs.count
      // What is locked now is taken up when this replica's hold is over.
      if answers.contains(where: \.isUnavailable) || runs.count < settings.chunk { return total }
    }
  }
}

extension CommandAnswer {
  /// Whether the run was locked.
  var isUnavailable: Bool {
    if case .unavailable = result { true } else { false }
  }
}

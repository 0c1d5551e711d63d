// Decides that who claims a run that was found waiting finds room for it still: limits hold though several looked at once.

public import MartletModel
import MartletPostgres

/// Whether there is room for a run that somebody would claim.
public enum ClaimRoom: Sendable, Equatable {
  /// No limit concerns it.
  case unlimited
  /// There is, and it is kept until the claim is decided, or this moment.
  case held(until: Instant)
  /// There is none, or somebody else takes the run at this moment.
  case full
}

extension Store {
  /// Where a run waits that somebody would claim.
  private struct ClaimPlace: Sendable {
    let pool: PoolID
    let deployment: DeploymentID?
  }

  /// Keeps room in its pool, queue and deployment for a run that somebody would claim.
  public func holdClaim(
    of run: RunID, in namespace: Namespace
  ) async throws(StoreError) -> ClaimRoom {
    let place = try await read { connection in
      try connection.query(SQL.readClaimLimits) {
        $0.bind(run)
        $0.bind(namespace)
      }.first { row throws(PostgresError) in
        ClaimPlace(pool: try row.get(0), deployment: try row.optional(1))
      }
    }
    guard let place else { return .unlimited }
    let hold = try await write { connection in
      try connection.transaction { pipeline -> Instant? in
        try pipeline.execute(SQL.lockDispatch) { $0.bind(place.pool) }
        try pipeline.execute(SQL.releaseLapsedHolds)
        if let deployment = place.deployment {
          try pipeline.execute(SQL.lockClaimedDeployment) { $0.bind(deployment) }
        }
        return try pipeline.query(SQL.holdClaim) {
          $0.bind(run)
          $0.bind(DispatchTransaction.hold)
        }.first { row throws(PostgresError) in try row.get(0, as: Instant.self) }
      }
    }
    return hold.map { .held(until: $0) } ?? .full
  }

  /// Gives room back that was kept for a claim which came to nothing.
  public func releaseClaim(of run: RunID, heldUntil hold: Instant) async throws(StoreError) {
    let runs: [RunID] = [run]
    let holds: [Instant] = [hold]
    _ = try await write { connection in
      try connection.query(SQL.releaseOffers) {
        $0.bindArray(runs)
        $0.bindArray(holds)
      }.affected
    }
  }
}

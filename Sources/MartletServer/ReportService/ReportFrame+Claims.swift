// Decides what becomes of those who looked for runs and would have one: limits are asked once more, for others looked too.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension ReportFrame {
  /// How soon who found no room may ask again.
  private static let pause = Duration.seconds(1)

  /// Decides the reports of a call; claims of runs that wait in a pool only while there is room for them.
  func decideClaims(_ reports: [RunReport]) async throws -> [ReportResult] {
    guard reports.count <= Self.limit, reports.contains(where: \.isClaim) else {
      return try await decide(reports)
    }
    var rooms: [Int: ClaimRoom] = [:]
    for (place, report) in reports.enumerated() where report.isClaim {
      guard let run = try? RunID(required: report.runID, "run_id") else { continue }
      rooms[place] = try await backend.store.holdClaim(of: run, in: namespace)
    }
    let open = reports.indices.filter { rooms[$0] != .full }
    var results = reports.map { report in
      var verdict = MartletProto.Verdict(code: .wait)
      verdict.reason = Reason.limitFull.rawValue
      verdict.wait = Self.pause
      var result = ReportResult(runID: report.runID, seq: report.seq)
      result.outcome = .verdict(verdict)
      return result
    }
    // What fails here keeps its room until that lapses: it may have been decided.
    for (place, result) in zip(open, try await decide(open.map { reports[$0] })) {
      results[place] = result
      guard case .held(let hold)? = rooms[place], !result.isAccepted,
        let run = try? RunID(required: result.runID, "run_id")
      else { continue }
      try await backend.store.releaseClaim(of: run, heldUntil: hold)
    }
    return results
  }
}

extension RunReport {
  /// Whether it would have a run that nobody has.
  fileprivate var isClaim: Bool {
    if seq == 1, case .propose(let state)? = item { state.type == .pending } else { false }
  }
}

extension ReportResult {
  fileprivate var isAccepted: Bool {
    if case .verdict(let verdict)? = outcome { verdict.code == .accepted } else { false }
  }
}

// Decides who has a background task: the first whose claim is written. It is claimed as the process of which the client's
// events will tell, for the client says nothing more before it starts.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// A background task that is claimed for one task worker.
struct TaskClaim: Sendable {
  /// What became of an attempt.
  enum Outcome {
    /// The run is the worker's.
    case claimed(TaskClaim)
    /// It may be, later.
    case early(Duration)
    /// It does not wait any more.
    case taken
  }

  private let report: RunReport
  private let session: Session
  private let api: PrefectAPI
  private let context: CallContext

  /// Claims a run in a session.
  static func make(
    of run: Run, _ session: Session, _ api: PrefectAPI, _ context: CallContext
  ) async throws -> Outcome {
    guard run.isBackground, run.state?.type == .scheduled, run.executionID.isEmpty else {
      return .taken
    }
    var report = RunReport()
    report.runID = run.id
    report.epoch = run.epoch + 1
    report.executionID = ExecutionID.unnamed(of: run).description
    report.seq = 1
    report.item = .propose(State(type: .pending, name: "Pending"))
    let claim = TaskClaim(report: report, session: session, api: api, context: context)
    switch try await claim.send() {
    // Another worker's claim was the same, but for its session.
    case .verdict(let verdict) where verdict.code == .accepted && !verdict.duplicate:
      return .claimed(claim)
    case .verdict(let verdict) where verdict.code == .wait:
      return .early(max(verdict.wait ?? .seconds(1), .milliseconds(10)))
    case .verdict: return .taken
    case .error(let error): throw PrefectFailure(error)
    }
  }

  /// Has the run wait again. It is done whether or not who asks is cancelled.
  func giveBack() async throws {
    var back = self.report
    back.seq += 1
    back.item = .propose(State(type: .scheduled, name: "Scheduled"))
    let returned = TaskClaim(report: back, session: session, api: api, context: context)
    _ = try await Task { try await returned.send() }.value
  }

  private func send() async throws -> ReportResult.Outcome {
    let response = try await api.services.reports.batchReport(
      BatchReportRequest(session: session, reports: [report]), context: context)
    guard let outcome = response.results.first?.outcome else {
      throw PrefectFailure(500, "a report without an answer")
    }
    return outcome
  }
}

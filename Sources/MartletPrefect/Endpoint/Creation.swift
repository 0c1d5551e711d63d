// Decides how a run begins: taken by the program that creates it, or waiting for one.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// Creates a run in the state that Prefect's client gives it; PENDING without one.
  ///
  /// - Returns: the run as it is now, and whether it is new.
  func create(
    _ run: Run, in state: Shape.StateCreate?, _ context: CallContext
  ) async throws -> (run: Run, isNew: Bool) {
    guard let id = UUIDValue(text: run.id) else { throw PrefectFailure(422, "id is no UUID") }
    let isNew: Bool
    if state?.type == .scheduled {
      isNew = try await createWaiting(
        run, until: Self.due(of: run, in: state).map(\.timestamp), context)
    } else {
      isNew = try await createTaken(run, context)
      if isNew, let state, state.type != .pending {
        _ = try await propose(state, to: id, run.kind, force: false, context)
      }
    }
    return (try await self.run(id, run.kind, context), isNew)
  }

  /// When a run is due; a background task that is due already has no time, for none of those is ever late.
  static func due(of run: Run, in state: Shape.StateCreate?) -> Instant? {
    guard let time = state?.stateDetails?.scheduledTime else { return nil }
    return run.isBackground && time <= .wallClock ? nil : time
  }

  private func createWaiting(
    _ run: Run, until due: Timestamp?, _ context: CallContext
  ) async throws -> Bool {
    var run = run
    run.state = State(type: .scheduled, detail: .scheduled(Scheduled(dueTime: due)))
    do {
      let response = try await services.runs.createRun(
        CreateRunRequest(run: run), context: context)
      return !response.duplicate
    } catch let status as Status where status.code == .alreadyExists {
      // Prefect gives back what is there under the same key, whatever else is asked for.
      return false
    }
  }

  private func createTaken(_ run: Run, _ context: CallContext) async throws -> Bool {
    var report = RunReport()
    report.runID = run.id
    report.epoch = 1
    report.executionID = ExecutionID.unnamed(of: run).description
    report.seq = 1
    report.item = .create(run)
    switch try await self.report(report, context) {
    case .verdict(let verdict) where verdict.reason == Reason.parentStopped.rawValue:
      throw PrefectFailure(409, VerdictVocabulary.sentence(.parentStopped))
    case .verdict(let verdict): return verdict.code == .accepted && !verdict.duplicate
    case .error(let error) where StatusCode(rawValue: UInt8(clamping: error.code)) == .alreadyExists:
      return false
    case .error(let error): throw PrefectFailure(error)
    }
  }

  /// Sends one report.
  func report(
    _ report: RunReport, _ context: CallContext
  ) async throws -> ReportResult.Outcome {
    let response = try await services.reports.batchReport(
      BatchReportRequest(reports: [report]), context: context)
    guard let outcome = response.results.first?.outcome else {
      throw PrefectFailure(500, "a report without an answer")
    }
    return outcome
  }
}

extension PrefectFailure {
  /// What was wrong with a report.
  init(_ error: ReportError) {
    self.init(Status(StatusCode(rawValue: UInt8(clamping: error.code)) ?? .unknown, error.message))
  }
}

// Decides how the task runs that Prefect's client orchestrates itself become runs: what its events say has happened. Each
// event is a report of the process that runs the task, numbered from the first event on, so that one that comes again is
// known by its number; what the state machine does not take from a process, such as a retry that the client decides, is
// written as it says. An event that was written is known by its id, which is kept with the state.

internal import Logging
internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Records the task runs of one connection. For one task.
final class TaskRunRecorder {
  /// What is known of a run whose events come here.
  fileprivate struct Standing {
    var epoch: Int64
    var execution: String
    var seq: Int64
    var state: UUIDValue?
  }

  /// Reports that go together, and the event that each came from.
  private struct Wave {
    var reports: [RunReport] = []
    var events: [TaskRunEvent] = []

    mutating func add(_ report: RunReport, _ event: TaskRunEvent) {
      reports.append(report)
      events.append(event)
    }
  }

  private let services: PrefectAPI.Services
  private let context: CallContext
  private let logger: Logger
  /// The runs that have begun and not ended.
  private var standings: [UUIDValue: Standing] = [:]

  init(services: PrefectAPI.Services, context: CallContext, logger: Logger) {
    self.services = services
    self.context = context
    self.logger = logger
  }

  /// Writes what events say, in their order; returns when it is durable. May be called again with the same events.
  ///
  /// - Throws: `Status` when the store cannot take them now.
  func record(_ events: [TaskRunEvent]) async throws {
    var wave = Wave()
    for event in events {
      if standings[event.runID] == nil, !event.isFirst {
        guard try await find(event) else { continue }
      }
      guard standings[event.runID]?.state != event.id else { continue }
      if event.isPlain {
        add(event, to: &wave)
      } else {
        try await send(&wave)
        if standings[event.runID] == nil { add(event, to: &wave) }
        try await send(&wave)
        try await settle(event, after: [])
      }
    }
    try await send(&wave)
  }

  /// Puts an event into the wave as a report, with a creation before it for a run that is new.
  private func add(_ event: TaskRunEvent, to wave: inout Wave) {
    var standing: Standing
    if let known = standings[event.runID] {
      standing = known
    } else {
      standing = Standing(
        epoch: 1, execution: event.execution(of: 1), seq: 1, state: event.id)
      wave.add(event.report(standing, .create(event.run.run)), event)
      standings[event.runID] = standing
      if event.state.type == .pending || !event.isPlain { return }
    }
    if standing.execution.isEmpty {
      standing.epoch += 1
      standing.execution = event.execution(of: standing.epoch)
      standing.seq = 0
    }
    standing.seq += 1
    standing.state = event.id
    wave.add(event.report(standing, .propose(event.state)), event)
    standings[event.runID] = standing
  }

  /// Sends a wave, and settles what was not taken as it was said.
  private func send(_ wave: inout Wave) async throws {
    let sent = wave
    wave = Wave()
    if sent.reports.isEmpty { return }
    var pending = sent.reports.indices[...]
    while let first = pending.first {
      let part = first..<min(first + 1000, sent.reports.count)
      let response: BatchReportResponse
      do {
        response = try await services.reports.batchReport(
          BatchReportRequest(reports: Array(sent.reports[part])), context: context)
      } catch {
        standings = [:]
        throw error
      }
      for (index, result) in zip(part, response.results) {
        if case .verdict(let verdict)? = result.outcome, verdict.code == .accepted { continue }
        let event = sent.events[index]
        let later = sent.events[(index + 1)...].filter { $0.runID == event.runID }.map(\.id)
        try await settle(event, after: later)
      }
      pending = pending[part.upperBound...]
    }
    for event in sent.events where event.isLast { standings[event.runID] = nil }
  }

  /// Writes a state that no report could bring, unless it is written, or a later one of the same run is.
  private func settle(_ event: TaskRunEvent, after later: [UUIDValue]) async throws {
    guard let run = try await run(event.runID) else {
      return pass(event, "the run cannot be created")
    }
    let current = run.state.flatMap { StateNote($0).id }
    if current.map({ $0 == event.id || later.contains($0) }) ?? false { return remember(run) }
    if try await isWritten(event, in: run) { return remember(run) }
    let forced = try await services.runs.setRunState(
      SetRunStateRequest(id: run.id, state: event.state, force: true), context: context)
    if forced.verdict?.code != .accepted {
      // Nobody has it: its process takes it.
      let epoch = run.epoch + 1
      let standing = Standing(epoch: epoch, execution: event.execution(of: epoch), seq: 1)
      let response = try await services.reports.batchReport(
        BatchReportRequest(reports: [event.report(standing, .propose(event.state))]),
        context: context)
      guard case .verdict(let verdict)? = response.results.first?.outcome,
        verdict.code == .accepted
      else { return pass(event, "the run does not take it") }
    }
    if let run = try await self.run(event.runID) { remember(run) }
  }

  private func pass(_ event: TaskRunEvent, _ reason: String) {
    standings[event.runID] = nil
    logger.warning(
      "a task run's event is passed over",
      metadata: ["run": "\(event.runID.text)", "event": "\(event.id.text)", "reason": "\(reason)"])
  }

  /// Looks for the run of an event that is not the first of its run.
  ///
  /// - Returns: false when the event is written already.
  private func find(_ event: TaskRunEvent) async throws -> Bool {
    guard let run = try await run(event.runID) else { return true }
    if try await isWritten(event, in: run) { return false }
    remember(run)
    return true
  }

  private func remember(_ run: Run) {
    guard let id = UUIDValue(text: run.id) else { return }
    standings[id] = Standing(
      epoch: run.epoch, execution: run.executionID, seq: run.seq,
      state: run.state.flatMap { StateNote($0).id })
  }

  private func run(_ id: UUIDValue) async throws -> Run? {
    do {
      return try await services.runs.getRun(GetRunRequest(id: id.text), context: context).run
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }

  /// Whether a state of that id is in the run's history.
  private func isWritten(_ event: TaskRunEvent, in run: Run) async throws -> Bool {
    if run.value(.firstState) == event.id.text { return true }
    var page = ListTransitionsRequest(runID: run.id, pageSize: 1000)
    repeat {
      let answer = try await services.runs.listTransitions(page, context: context)
      if answer.transitions.contains(where: { $0.to.map { StateNote($0).id == event.id } ?? false })
      {
        return true
      }
      page.pageToken = answer.nextPageToken
    } while !page.pageToken.isEmpty
    return false
  }
}

extension TaskRunEvent {
  /// Whether a process of Martlet's would report it too: it begins, it runs, it ends.
  fileprivate var isPlain: Bool {
    switch state.type {
    case .pending: isFirst
    case .running: true
    case .scheduled, .paused, .cancelling, .unspecified, .unrecognized: false
    case .completed, .failed, .cancelled, .crashed: true
    }
  }

  /// Whether the run ends with it.
  fileprivate var isLast: Bool {
    switch state.type {
    case .completed, .failed, .cancelled, .crashed: true
    default: false
    }
  }

  /// The name of the process in an epoch: the same for every connection, so that a repeat is known.
  fileprivate func execution(of epoch: Int64) -> String {
    UUIDValue.derived(from: ["prefect task run", runID.text, "\(epoch)"]).text
  }

  fileprivate func report(
    _ standing: TaskRunRecorder.Standing, _ item: RunReport.Item
  ) -> RunReport {
    var report = RunReport()
    report.runID = runID.text
    report.epoch = standing.epoch
    report.executionID = standing.execution
    report.seq = standing.seq
    report.item = item
    return report
  }
}

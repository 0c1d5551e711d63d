// Decides how the task runs that Prefect's client orchestrates itself become runs: what its events say has happened is told
// to the state machine, in the order in which the events follow each other, each once, known by its id.

internal import MartletCall
internal import MartletModel
internal import MartletProto

/// Records the task runs of a connection. For one task.
final class TaskRunRecorder {
  /// The most reports in a call.
  private static let most = 1000
  /// The most events that wait for what they follow.
  private static let mostHeld = 5000

  private let services: PrefectAPI.Services
  private let context: CallContext
  /// The last event of each run that has not ended.
  private var last: [UUIDValue: UUIDValue] = [:]
  /// Events that follow one that has not come yet.
  private var held: [ClientEvent] = []

  init(services: PrefectAPI.Services, context: CallContext) {
    self.services = services
    self.context = context
  }

  /// Whether there are events that are not written.
  var isWaiting: Bool { !held.isEmpty }

  /// Writes what events say of task runs; returns when it is durable. May be called again with the same events.
  ///
  /// - Parameter isWhole: Whether nothing is to be waited for: an event that follows one that has not come is written too.
  /// - Returns: the events that are to be kept as events: those about something else, and those that would undo what was
  ///   decided meanwhile.
  /// - Throws: `Status` when the store cannot take them now.
  func record(_ events: [ClientEvent], isWhole: Bool) async throws -> [ClientEvent] {
    var others = events.filter { $0.taskRun == nil }
    let known = Self.ordered(held + events.filter { $0.taskRun?.isWait != true })
    let (told, waiting) = isWhole ? (known, []) : try await parted(known)
    for start in stride(from: 0, to: told.count, by: Self.most) {
      let part = told[start..<min(start + Self.most, told.count)]
      let response = try await services.reports.batchReport(
        BatchReportRequest(reports: part.compactMap { $0.taskRun?.report }), context: context)
      guard response.results.count == part.count else {
        throw Status(.internal, "\(part.count) reports have \(response.results.count) answers")
      }
      for (event, result) in zip(part, response.results) {
        if try !Self.isTaken(result) { others.append(event) }
      }
    }
    for event in told.compactMap(\.taskRun) { last[event.runID] = event.isEnd ? nil : event.id }
    held = waiting
    return others
  }

  /// Those whose turn it is, and those that wait for what they follow.
  private func parted(
    _ events: [ClientEvent]
  ) async throws -> (told: [ClientEvent], waiting: [ClientEvent]) {
    var told: [ClientEvent] = []
    var waiting: [ClientEvent] = []
    var placed: Set<UUIDValue> = []
    var missing: Set<UUIDValue> = []
    for event in events {
      guard let run = event.taskRun else { continue }
      var isDue = true
      if let leader = run.follows, !placed.contains(leader), last[run.runID] != leader {
        isDue = missing.contains(leader) ? false : try await isWritten(leader, of: run.runID)
      }
      if isDue {
        placed.insert(run.id)
        told.append(event)
      } else {
        missing.insert(run.id)
        waiting.append(event)
      }
    }
    return waiting.count > Self.mostHeld ? (events, []) : (told, waiting)
  }

  /// Whether an event is in the history of its run.
  private func isWritten(_ event: UUIDValue, of run: UUIDValue) async throws -> Bool {
    do {
      return try await services.history(of: run.text, context).contains {
        $0.to?.prefectID(of: run.text, revision: $0.revision) == event
      }
    } catch let status as Status where status.code == .notFound {
      return false
    }
  }

  /// Whether what was told is written.
  ///
  /// - Throws: `Status` when it may be in a moment.
  private static func isTaken(_ result: ReportResult) throws(Status) -> Bool {
    switch result.outcome {
    case .verdict(let verdict)?: return verdict.code == .accepted
    case .error(let error)?:
      let code = StatusCode(rawValue: UInt8(clamping: error.code)) ?? .unknown
      switch code {
      case .unavailable, .resourceExhausted, .aborted, .deadlineExceeded:
        throw Status(.unavailable, error.message)
      default: return false
      }
    case nil: return false
    }
  }

  /// The events about task runs, each once, none before the one that it follows.
  static func ordered(_ events: [ClientEvent]) -> [ClientEvent] {
    var places: [UUIDValue: Int] = [:]
    for (place, event) in events.enumerated() {
      if let id = event.taskRun?.id, places[id] == nil { places[id] = place }
    }
    var isPlaced = Set<UUIDValue>()
    var ordered: [ClientEvent] = []
    ordered.reserveCapacity(places.count)
    for event in events {
      // From the event back to the first that is not placed yet; events that follow each other in a circle end it.
      var chain: [ClientEvent] = []
      var next: ClientEvent? = event
      while let event = next, let run = event.taskRun, isPlaced.insert(run.id).inserted {
        chain.append(event)
        next = run.follows.flatMap { places[$0] }.map { events[$0] }
      }
      ordered += chain.reversed()
    }
    return ordered
  }
}

extension TaskRunEvent {
  /// Whether it says of a background task that it waits: who made it has said so already, and nobody has it yet.
  fileprivate var isWait: Bool {
    state.type == .scheduled && StateNote(state).stateDetails.deferred == true
  }

  /// Whether the run ends with it.
  fileprivate var isEnd: Bool {
    switch state.type {
    case .completed, .failed, .cancelled, .crashed: true
    default: false
    }
  }

  /// What is told of the run.
  fileprivate var report: RunReport {
    var report = RunReport()
    report.runID = runID.text
    report.executionID = ExecutionID.ofTaskRun(runID).description
    report.item = .tell(Tale(id: id.text, state: state, run: run.run))
    return report
  }
}

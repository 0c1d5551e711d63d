// Decides what becomes of a task run that is asked for below a flow run before it is known what it stands for: nearly always a
// subflow, which comes with the next request. Until then it is an event; the subflow takes its place, or it becomes a run
// when it is given a state.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  private static let announced = "prefect.task-run.announced"

  /// Keeps what is asked for.
  func announce(_ asked: NewTaskRun, _ body: JSON, _ context: CallContext) async throws {
    var event = MartletProto.Event()
    event.id = asked.id.text
    event.name = Self.announced
    event.resource = EventResource(id: "prefect.task-run.\(asked.id.text)")
    event.runID = asked.flowRunID?.text ?? ""
    if case .object(let members) = body { event.payload = JSONObject(members) }
    let response = try await services.events.batchPublishEvents(
      BatchPublishEventsRequest(events: [event]), context: context)
    if let failure = response.failures.first {
      throw PrefectFailure(422, "\(failure.field): \(failure.message)")
    }
  }

  /// What was asked for under an id, and when; nil if nothing was.
  func announcement(
    _ id: UUIDValue, _ context: CallContext
  ) async throws -> (run: NewTaskRun, time: Instant)? {
    let list = ListEventsRequest(
      filter: "resource.id = \"prefect.task-run.\(id.text)\" AND name = \"\(Self.announced)\"",
      pageSize: 1)
    guard let event = try await services.events.listEvents(list, context: context).events.first,
      let body = event.payload?.plain
    else { return nil }
    let asked = try Shape.TaskRunCreate(body, at: ["body"])
    let time = (event.receiveTime ?? event.time).map(Instant.init) ?? .epoch
    return (NewTaskRun(asked, id: id), time)
  }

  /// The subflow that a task run stands for; nil when it stands for none, or not yet.
  func subflow(of id: UUIDValue, _ context: CallContext) async throws -> Run? {
    if let run = try await find(id.twin, context), run.trackingID == id { return run }
    // One that came from Prefect has an id of its own, and says which task run stands for it.
    let list = ListRunsRequest(
      filter: "labels.\(RunFilter.quoted(RunLabel.parentTaskRun.rawValue)) = \"\(id.text)\"",
      pageSize: 1)
    return try await services.runs.listRuns(list, context: context).runs.first
  }

  /// Puts a run that is to be made where the task run stands that it names as the one above it.
  func place(_ run: inout Run, below tracking: UUIDValue?, _ context: CallContext) async throws {
    guard let tracking else { return }
    if try await find(tracking, context) == nil,
      let asked = try await announcement(tracking, context)
    {
      run.adopt(asked.run)
      // A key of the caller's own makes the id.
      if run.value(.idempotencyKey) == nil || run.value(.idempotencyKey) == tracking.text {
        run.id = tracking.twin.text
      }
    } else {
      run.parentID = tracking.text
    }
  }

  /// A run of whatever kind; nil when there is none.
  func find(_ id: UUIDValue, _ context: CallContext) async throws -> Run? {
    do {
      return try await services.runs.getRun(GetRunRequest(id: id.text), context: context).run
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension NewTaskRun {
  /// What a body asks for.
  init(_ asked: Shape.TaskRunCreate, id: UUIDValue) {
    self.init(
      id: id, flowRunID: asked.flowRunID, name: asked.name, taskKey: asked.taskKey,
      dynamicKey: asked.dynamicKey, version: asked.taskVersion,
      retries: asked.empiricalPolicy?.retries, tags: asked.tags ?? [], labels: asked.labels ?? [:],
      inputs: asked.taskInputs ?? [:])
  }
}

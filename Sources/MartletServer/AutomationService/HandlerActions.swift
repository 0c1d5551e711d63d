// Decides how the actions of automations are done: by the same requests that a person would make, in the automation's name.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Does actions through the server's own handlers.
struct HandlerActions: ActionPerformer {
  let backend: Backend
  let blocks: BlockHandlers
  let client: OutgoingClient
  let things: ThingFacts

  var pages: String? { things.pages }

  func facts(of kind: String, _ id: String, in namespace: Namespace) async throws -> JSON? {
    try await things.facts(of: kind, id, in: namespace)
  }

  func variables(in namespace: Namespace) async throws -> JSON {
    try await things.variables(in: namespace)
  }

  func perform(
    _ action: AutomationAction, of task: AutomationTask, event: TriggerEvent?
  ) async throws -> ActionOutcome {
    let context = CallContext.automation("automation:\(task.automationID)", in: task.namespace)
    do {
      return try await perform(action, task, event, context)
    } catch let missing as NothingInferred {
      return .failed(missing.description)
    } catch let status as Status {
      switch status.code {
      case .aborted, .cancelled, .deadlineExceeded, .internal, .resourceExhausted, .unavailable,
        .unknown:
        throw status
      default: return .failed(status.message)
      }
    }
  }

  private func perform(
    _ action: AutomationAction, _ task: AutomationTask, _ event: TriggerEvent?,
    _ context: CallContext
  ) async throws -> ActionOutcome {
    switch action {
    case .doNothing: return .executed([])
    case .unsupported(let type): return .failed("this server does not do \(type) yet")
    case .sendNotification(let block, let subject, let body):
      return try await outgoing(task, context).notify(block, subject: subject, body: body)
    case .callWebhook(let block, let payload):
      return try await outgoing(task, context).call(block, payload: payload)
    case .runDeployment(let target, let parameters, let variables, let delay):
      let deployment = try Self.id(target, "deployment", event)
      return try await run(deployment, parameters, variables, delay, task, context)
    case .pauseDeployment(let target, let isPaused):
      let id = try Self.id(target, "deployment", event)
      let handlers = DeploymentHandlers(backend: backend)
      if isPaused {
        _ = try await handlers.pauseDeployment(
          PauseDeploymentRequest(deployment: id), context: context)
      } else {
        _ = try await handlers.resumeDeployment(
          ResumeDeploymentRequest(deployment: id), context: context)
      }
      return .executed(["martlet.deployment.\(id)"])
    case .pausePool(let target, let isPaused):
      let id = try Self.id(target, "work-pool", event)
      let handlers = PoolHandlers(backend: backend)
      if isPaused {
        _ = try await handlers.pausePool(PausePoolRequest(pool: id), context: context)
      } else {
        _ = try await handlers.resumePool(ResumePoolRequest(pool: id), context: context)
      }
      return .executed(["martlet.work-pool.\(id)"])
    case .pauseQueue(let target, let isPaused):
      let id = try Self.id(target, "work-queue", event)
      return try await setQueue(id, isPaused, context)
    case .pauseAutomation(let target, let isPaused):
      let id = try Self.id(target, "automation", event)
      var change = UpdateAutomationRequest(automation: MartletProto.Automation(id: id))
      change.automation?.paused = isPaused
      change.updateMask = FieldMask(paths: ["paused"])
      _ = try await AutomationHandlers(backend: backend).updateAutomation(change, context: context)
      return .executed(["martlet.automation.\(id)"])
    case .cancelRun, .suspendRun, .resumeRun, .deleteRun, .changeState:
      let id = try Self.id(.inferred, "flow-run", event)
      return try await RunActions(backend: backend, task: task, context: context)
        .perform(action, on: id)
    }
  }

  private func outgoing(_ task: AutomationTask, _ context: CallContext) -> OutgoingActions {
    OutgoingActions(blocks: blocks, client: client, task: task, context: context)
  }

  /// Creates a run whose id was fixed with the firing: done again, it is the same.
  private func run(
    _ deployment: String, _ parameters: JSON, _ variables: JSON, _ delay: Interval,
    _ task: AutomationTask, _ context: CallContext
  ) async throws -> ActionOutcome {
    var run = Run()
    run.id = task.id.description
    run.kind = .flow
    run.parameters = JSONObject(stored: parameters.description)
    if variables != .object(JSONMembers()) {
      run.jobVariables = JSONObject(stored: variables.description)
    }
    if delay > .zero {
      run.state = State(
        type: .scheduled,
        detail: .scheduled(Scheduled(dueTime: (task.time + delay).timestamp)))
    }
    do {
      _ = try await RunHandlers(backend: backend).createRun(
        CreateRunRequest(run: run, deployment: deployment), context: context)
    } catch let status as Status where status.code == .alreadyExists && task.attempts > 1 {
      // It is there, and was changed since.
    }
    return .executed(["martlet.flow-run.\(run.id)", "martlet.deployment.\(deployment)"])
  }

  private func setQueue(
    _ id: String, _ isPaused: Bool, _ context: CallContext
  ) async throws -> ActionOutcome {
    let handlers = PoolHandlers(backend: backend)
    var list = ListPoolsRequest()
    repeat {
      let page = try await handlers.listPools(list, context: context)
      for pool in page.pools {
        let queues = try await handlers.listQueues(
          ListQueuesRequest(pool: pool.id), context: context)
        guard var queue = queues.queues.first(where: { $0.id == id }) else { continue }
        queue.paused = isPaused
        queue.etag = ""
        var change = UpdateQueueRequest(pool: pool.id, name: queue.name, queue: queue)
        change.updateMask = FieldMask(paths: ["paused"])
        _ = try await handlers.updateQueue(change, context: context)
        return .executed(["martlet.work-queue.\(id)"])
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    return .failed("there is no work queue \(id)")
  }

  private static func id(
    _ target: AutomationAction.Target, _ kind: String, _ event: TriggerEvent?
  ) throws(NothingInferred) -> String {
    switch target {
    case .selected(let id): return id.text
    case .inferred:
      guard let id = event?.subject(kind) else { throw NothingInferred(kind: kind) }
      return id
    }
  }
}

/// That an event has nothing to do with what an action is done to.
private struct NothingInferred: Error, CustomStringConvertible {
  let kind: String
  var description: String { "the event that fired has to do with no \(kind)" }
}

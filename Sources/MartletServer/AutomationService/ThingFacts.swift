// Decides what the templates of automations see of things besides what events tell: by Prefect's names, so that texts that
// were written for it say the same.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

/// Reads things for templates.
struct ThingFacts: FiringReader {
  let backend: Backend
  let pages: String?

  /// The most variables that a template sees.
  private static let mostVariables = 2_000

  func facts(of kind: String, _ id: String, in namespace: Namespace) async throws -> JSON? {
    let context = CallContext.automation("automation", in: namespace)
    do {
      switch kind {
      case "flow-run", "task-run":
        let answer = try await RunHandlers(backend: backend).getRun(
          GetRunRequest(id: id), context: context)
        return try answer.run.map(Self.facts)
      case "deployment":
        let answer = try await DeploymentHandlers(backend: backend).getDeployment(
          GetDeploymentRequest(deployment: id), context: context)
        return try answer.deployment.map(Self.facts)
      default: return nil
      }
    } catch let status as Status where [.notFound, .invalidArgument].contains(status.code) {
      // It is deleted, or was somebody's own word for something.
      return nil
    }
  }

  func variables(in namespace: Namespace) async throws -> JSON {
    let context = CallContext.automation("automation", in: namespace)
    var values = JSONMembers()
    var list = ListVariablesRequest(pageSize: 100)
    repeat {
      let page = try await VariableHandlers(backend: backend).listVariables(list, context: context)
      for variable in page.variables {
        let value = try variable.value.map { try JSON(parsing: try $0.jsonText("value")) }
        values.set(JSONText(variable.name), to: value ?? .null)
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty && values.pairs.count < Self.mostVariables
    return .object(values)
  }

  private static func facts(_ run: Run) throws -> JSON {
    let times = run.times
    let state = run.state.map { state in
      JSON.object([
        ("type", MartletModel.StateType(state.type).map { .text($0.description) }),
        ("name", .text(state.name)), ("message", .text(state.message)),
      ])
    }
    return .object([
      ("name", .text(run.name)), ("state", state),
      ("parameters", try run.parameters.json("parameters")),
      ("tags", .texts(run.tags)), ("run_count", .integer(Int(run.attempt))),
      ("version", text(run.definitionVersion)), ("created_by", text(run.createdBy)),
      ("created", time(times?.createTime)), ("expected_start_time", time(times?.expectedTime)),
      ("start_time", time(times?.startTime)), ("end_time", time(times?.endTime)),
      ("deployment_id", text(run.deploymentID)), ("parent_run_id", text(run.parentID)),
      ("work_pool_name", text(run.pool)), ("work_queue_name", text(run.queue)),
    ])
  }

  private static func facts(_ deployment: MartletProto.Deployment) throws -> JSON {
    .object([
      ("name", .text(deployment.name)), ("flow_name", .text(deployment.flow)),
      ("description", .text(deployment.description)),
      ("paused", .bool(deployment.paused ?? false)),
      ("version", text(deployment.spec?.versionName)),
      ("tags", .texts(deployment.spec?.tags ?? [])),
      ("parameters", try (deployment.spec?.parameters).json("parameters")),
      ("work_pool_name", text(deployment.spec?.pool)),
      ("work_queue_name", text(deployment.spec?.queue)),
    ])
  }

  private static func text(_ text: String?) -> JSON? {
    text.flatMap { $0.isEmpty ? nil : .text($0) }
  }

  private static func time(_ time: Timestamp?) -> JSON? {
    time.map { .text(Instant($0).rfc3339) }
  }
}

extension CallContext {
  /// Of the requests of automations.
  static func automation(_ name: String, in namespace: Namespace) -> CallContext {
    CallContext(
      method: automationMethod, deadline: .now + .seconds(10),
      principal: Principal(name: name, namespace: namespace.name))
  }

  private static let automationMethod = MethodDescriptor(
    service: "martlet", name: "automation", kind: .unary, idempotency: .unknown, requestType: "",
    responseType: "")
}

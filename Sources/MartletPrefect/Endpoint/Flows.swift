// Decides how Prefect's flows are those of Martlet: the same ids, names, tags and labels.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  /// A flow of a name comes to be by its first create; another create finds it, whatever else it says.
  func createFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.FlowCreate = try request.body()
    guard !asked.name.contains(where: { "/%&><".contains($0) }) else {
      throw ShapeFault(
        location: ["body", "name"], message: "A name has none of / % & > <", type: "value_error")
    }
    var flow = MartletProto.Flow()
    flow.name = asked.name
    flow.tags = asked.tags ?? []
    flow.labels = asked.labels?.texts ?? [:]
    do {
      let found = try await self.flow(asked.name, request.context)
      return .created(try Shape.Flow(found), isNew: false)
    } catch let status as Status where status.code == .notFound {
      do {
        let made = try await services.flows.createFlow(
          CreateFlowRequest(flow: flow), context: request.context)
        return .created(try Shape.Flow(made.flow))
      } catch let status as Status where status.code == .alreadyExists {
        return .created(
          try Shape.Flow(try await self.flow(asked.name, request.context)), isNew: false)
      }
    }
  }

  func readFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.Flow(try await flow(try request.id().text, request.context)))
  }

  func readFlowByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.Flow(try await flow(request.parameters["name"] ?? "", request.context)))
  }

  func updateFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.FlowUpdate = try request.body()
    guard let tags = asked.tags else {
      _ = try await self.flow(try request.id().text, request.context)
      return .done
    }
    var flow = MartletProto.Flow()
    flow.id = try request.id().text
    flow.tags = tags
    _ = try await services.flows.updateFlow(
      UpdateFlowRequest(flow: flow, updateMask: FieldMask(paths: ["tags"])),
      context: request.context)
    return .done
  }

  func deleteFlow(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try request.id()
    try await deleteFlow(try await flow(id.text, request.context).name, id, request.context)
    return .done
  }

  /// Deletes a flow after its deployments, which Martlet alone would keep it for.
  func deleteFlow(_ name: String, _ id: UUIDValue, _ context: CallContext) async throws {
    var list = ListDeploymentsRequest(flow: name, pageSize: 1000)
    repeat {
      let page = try await services.deployments.listDeployments(list, context: context)
      for deployment in page.deployments {
        do {
          _ = try await services.deployments.deleteDeployment(
            DeleteDeploymentRequest(deployment: deployment.id), context: context)
        } catch let status as Status where status.code == .notFound {}
      }
      list.pageToken = page.nextPageToken
    } while !list.pageToken.isEmpty
    _ = try await services.flows.deleteFlow(DeleteFlowRequest(ref: id.text), context: context)
  }

  /// A flow by its id or name.
  func flow(_ reference: String, _ context: CallContext) async throws -> MartletProto.Flow {
    let response = try await services.flows.getFlow(
      GetFlowRequest(ref: reference), context: context)
    guard let flow = response.flow else { throw PrefectFailure(404, "Flow not found") }
    return flow
  }
}

extension Shape.Flow {
  /// A flow of Martlet's.
  init(_ flow: MartletProto.Flow?) throws(PrefectFailure) {
    guard let flow, let id = UUIDValue(text: flow.id) else {
      throw PrefectFailure(404, "Flow not found")
    }
    self.init(id: id, name: flow.name)
    created = flow.createTime.map(Instant.init)
    updated = flow.updateTime.map(Instant.init)
    tags = flow.tags
    labels = flow.labels.mapValues { JSON.text($0) }
  }
}

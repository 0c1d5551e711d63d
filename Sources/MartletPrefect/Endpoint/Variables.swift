// Decides how Prefect's variables are those of Martlet: the same names, values and tags.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  func createVariable(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.VariableCreate = try request.body()
    var variable = MartletProto.Variable()
    variable.name = asked.name
    variable.value = JSONValue(asked.value ?? .null)
    variable.tags = asked.tags ?? []
    // What is there with the same value is not another one to Martlet; to Prefect it is.
    if try await find(asked.name, request.context) != nil {
      throw PrefectFailure(409, "A variable with the name '\(asked.name)' already exists.")
    }
    let made = try await services.variables.setVariable(
      SetVariableRequest(variable: variable, policy: .create), context: request.context)
    return .created(Shape.Variable(made.variable ?? variable))
  }

  func readVariableByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(Shape.Variable(try await variable(request)))
  }

  /// What is not said stays.
  func updateVariableByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.VariableUpdate = try request.body()
    guard asked.name == nil || asked.name == request.parameters["name"] else {
      throw PrefectFailure(501, "Martlet does not rename variables.")
    }
    for attempt in 1... {
      // Its etag guards what another writer says meanwhile.
      var variable = try await variable(request)
      if let value = request.body["value"] { variable.value = JSONValue(value) }
      if let tags = asked.tags { variable.tags = tags }
      do {
        _ = try await services.variables.setVariable(
          SetVariableRequest(variable: variable, policy: .update), context: request.context)
        break
      } catch let status as Status where status.code == .aborted && attempt < 10 {}
    }
    return .done
  }

  func deleteVariableByName(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await variable(request)
    _ = try await services.variables.deleteVariable(
      DeleteVariableRequest(name: request.parameters["name"] ?? ""), context: request.context)
    return .done
  }

  private func variable(_ request: PrefectRequest) async throws -> MartletProto.Variable {
    guard let found = try await find(request.parameters["name"] ?? "", request.context) else {
      throw PrefectFailure(404, "Variable not found")
    }
    return found
  }

  private func find(
    _ name: String, _ context: CallContext
  ) async throws -> MartletProto.Variable? {
    do {
      return try await services.variables.getVariable(
        GetVariableRequest(name: name), context: context
      ).variable
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension Shape.Variable {
  /// A variable of Martlet's, which has no id but its name.
  init(_ variable: MartletProto.Variable) {
    self.init(
      id: .derived(from: ["prefect variable", variable.namespace, variable.name]),
      name: variable.name)
    created = variable.createTime.map(Instant.init)
    updated = variable.updateTime.map(Instant.init)
    value = variable.value?.plain ?? .null
    tags = variable.tags
  }
}

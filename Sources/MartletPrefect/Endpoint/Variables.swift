// Decides how Prefect's variables are those of Martlet: the same ids, names, values and tags.

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
    if try await find(GetVariableRequest(name: asked.name), request.context) != nil {
      throw PrefectFailure(409, "A variable with the name '\(asked.name)' already exists.")
    }
    let made = try await services.variables.setVariable(
      SetVariableRequest(variable: variable, policy: .create), context: request.context)
    return .created(try Shape.Variable(made.variable ?? variable))
  }

  func readVariable(_ request: PrefectRequest) async throws -> PrefectResponse {
    .ok(try Shape.Variable(try await variable(request)))
  }

  /// What is not said stays.
  func updateVariable(_ request: PrefectRequest) async throws -> PrefectResponse {
    let asked: Shape.VariableUpdate = try request.body()
    for attempt in 1... {
      // Its etag guards what another writer says meanwhile.
      var variable = try await variable(request)
      if let value = request.body["value"] { variable.value = JSONValue(value) }
      if let tags = asked.tags { variable.tags = tags }
      do {
        _ = try await services.variables.setVariable(
          SetVariableRequest(variable: variable, policy: .update, newName: asked.name ?? ""),
          context: request.context)
        break
      } catch let status as Status where status.code == .aborted && attempt < 10 {}
    }
    return .done
  }

  func deleteVariable(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await services.variables.deleteVariable(
      DeleteVariableRequest(name: try await variable(request).name), context: request.context)
    return .done
  }

  func readVariables(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.filter(request.body) else { return .ok([JSON]()) }
    var list = ListVariablesRequest(filter: filter)
    list.order =
      switch try request.body.sort(as: Shape.VariableSort.self) {
      case nil, .nameAsc: .name
      case .nameDesc: .nameDescending
      case .createdDesc: .created
      case .updatedDesc: .updated
      }
    let window = try ListWindow(request.body)
    list.skip = window.skip
    var variables: [MartletProto.Variable] = []
    while let size = window.size(after: variables.count) {
      list.pageSize = size
      let page = try await services.variables.listVariables(list, context: request.context)
      variables += page.variables
      list.pageToken = page.nextPageToken
      if list.pageToken.isEmpty { break }
    }
    return .ok(
      try variables.map { variable throws(PrefectFailure) in try Shape.Variable(variable) })
  }

  func countVariables(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let filter = try Self.filter(request.body) else { return .ok(0) }
    let counted = try await services.variables.countVariables(
      CountVariablesRequest(filter: filter), context: request.context)
    return .ok(Int(counted.count))
  }

  /// A filter of a body; nil for one that takes nothing.
  private static func filter(_ body: JSON) throws -> VariableFilter? {
    var filter = VariableFilter()
    guard let asked = try body.filter("variables", as: Shape.VariableFilter.self) else {
      return filter
    }
    if asked.operator == .or || asked.tags?.operator == .or {
      throw PrefectFailure(501, "Martlet does not filter variables by one or the other yet.")
    }
    if asked.id?.any?.isEmpty ?? false || asked.name?.any?.isEmpty ?? false { return nil }
    filter.ids = asked.id?.any?.map(\.text) ?? []
    filter.names = asked.name?.any ?? []
    filter.nameContains = asked.name?.like ?? ""
    filter.tags = asked.tags?.all ?? []
    filter.hasTags = asked.tags?.isNull.map { !$0 }
    return filter
  }

  private func variable(_ request: PrefectRequest) async throws -> MartletProto.Variable {
    let asked =
      if let name = request.parameters["name"] {
        GetVariableRequest(name: name)
      } else {
        GetVariableRequest(id: try request.id().text)
      }
    guard let found = try await find(asked, request.context) else {
      throw PrefectFailure(404, "Variable not found.")
    }
    return found
  }

  private func find(
    _ asked: GetVariableRequest, _ context: CallContext
  ) async throws -> MartletProto.Variable? {
    do {
      return try await services.variables.getVariable(asked, context: context).variable
    } catch let status as Status where status.code == .notFound {
      return nil
    }
  }
}

extension Shape.Variable {
  /// A variable of Martlet's.
  init(_ variable: MartletProto.Variable) throws(PrefectFailure) {
    guard let id = UUIDValue(text: variable.id) else {
      throw PrefectFailure(500, "a variable without an id")
    }
    self.init(id: id, name: variable.name)
    created = variable.createTime.map(Instant.init)
    updated = variable.updateTime.map(Instant.init)
    value = variable.value?.plain ?? .null
    tags = variable.tags
  }
}

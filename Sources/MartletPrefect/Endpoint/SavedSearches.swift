// Decides where the searches are kept that somebody saves on Prefect's pages: each in a variable that says so by its tag.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  private static let searchTag = "prefect.saved-search"

  /// One of a name takes the place of the one before it.
  func createSavedSearch(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let name = request.body["name"]?.text else {
      throw ShapeFault(location: ["body", "name"], message: "Field required", type: "missing")
    }
    var variable = MartletProto.Variable()
    variable.name = "prefect-saved-search-" + UUIDValue.derived(from: ["saved search", name]).text
    variable.value = JSONValue(
      .object([("name", .text(name)), ("filters", request.body["filters"] ?? .array([]))]))
    variable.tags = [Self.searchTag]
    let made = try await services.variables.setVariable(
      SetVariableRequest(variable: variable), context: request.context)
    return PrefectResponse(status: 201, body: Self.search(made.variable ?? variable))
  }

  func readSavedSearch(_ request: PrefectRequest) async throws -> PrefectResponse {
    PrefectResponse(body: Self.search(try await savedSearch(request)))
  }

  func deleteSavedSearch(_ request: PrefectRequest) async throws -> PrefectResponse {
    _ = try await services.variables.deleteVariable(
      DeleteVariableRequest(name: try await savedSearch(request).name), context: request.context)
    return .done
  }

  func readSavedSearches(_ request: PrefectRequest) async throws -> PrefectResponse {
    let window = try ListWindow(request.body)
    let page = try await services.variables.listVariables(
      ListVariablesRequest(pageSize: 1000, filter: VariableFilter(tags: [Self.searchTag])),
      context: request.context)
    let searches = page.variables.map(Self.search).sorted {
      ($0["name"]?.text ?? "") < ($1["name"]?.text ?? "")
    }
    return PrefectResponse(body: .array(window.part(of: searches)))
  }

  private func savedSearch(_ request: PrefectRequest) async throws -> MartletProto.Variable {
    do {
      let found = try await services.variables.getVariable(
        GetVariableRequest(id: try request.id().text), context: request.context)
      if let variable = found.variable, variable.tags.contains(Self.searchTag) { return variable }
    } catch let status as Status where status.code == .notFound {}
    throw PrefectFailure(404, "Saved search not found")
  }

  private static func search(_ variable: MartletProto.Variable) -> JSON {
    let value = variable.value?.plain ?? .null
    return .object([
      ("id", .text(variable.id)),
      ("created", variable.createTime.map { .text(Instant($0).rfc3339) } ?? .null),
      ("updated", variable.updateTime.map { .text(Instant($0).rfc3339) } ?? .null),
      ("name", value["name"] ?? .text(variable.name)), ("filters", value["filters"] ?? .array([])),
    ])
  }
}

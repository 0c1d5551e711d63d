// Decides where it is kept which block the results of flows go to that say nothing of it: in a variable.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

extension PrefectAPI {
  private static let resultStorage = "prefect-result-storage"

  /// A block that was deleted since is none.
  func readResultStorage(_ request: PrefectRequest) async throws -> PrefectResponse {
    guard let id = try await keptResultStorage(request.context),
      try await block(id, request.context) != nil
    else { return Self.shown(nil) }
    return Self.shown(id)
  }

  /// Only a block that files can be written to takes results.
  func updateResultStorage(_ request: PrefectRequest) async throws -> PrefectResponse {
    let id = try UUIDValue(
      request.body["default_result_storage_block_id"] ?? .null,
      at: ["body", "default_result_storage_block_id"])
    guard let block = try await block(id, request.context) else {
      throw PrefectFailure(404, "Block document \(id.text) not found.")
    }
    let found = try await services.blocks.getBlockSchema(
      GetBlockSchemaRequest(id: block.blockSchemaID), context: request.context)
    guard found.blockSchema?.capabilities.contains("write-path") == true else {
      throw PrefectFailure(422, "Block document \(id.text) cannot be used for result storage.")
    }
    var variable = MartletProto.Variable()
    variable.name = Self.resultStorage
    variable.value = .string(id.text)
    _ = try await services.variables.setVariable(
      SetVariableRequest(variable: variable), context: request.context)
    return Self.shown(id)
  }

  func clearResultStorage(_ request: PrefectRequest) async throws -> PrefectResponse {
    do {
      _ = try await services.variables.deleteVariable(
        DeleteVariableRequest(name: Self.resultStorage), context: request.context)
    } catch let status as Status where status.code == .notFound {}
    return .done
  }

  private func keptResultStorage(_ context: CallContext) async throws -> UUIDValue? {
    do {
      let found = try await services.variables.getVariable(
        GetVariableRequest(name: Self.resultStorage), context: context)
      return found.variable?.value?.plain.text.flatMap { UUIDValue(text: $0) }
    } catch let status as Status where status.code == .notFound { return nil }
  }

  private func block(
    _ id: UUIDValue, _ context: CallContext
  ) async throws -> MartletProto.Block? {
    do {
      return try await services.blocks.getBlock(GetBlockRequest(id: id.text), context: context)
        .block
    } catch let status as Status where status.code == .notFound { return nil }
  }

  private static func shown(_ id: UUIDValue?) -> PrefectResponse {
    PrefectResponse(
      body: .object([("default_result_storage_block_id", id.map { .text($0.text) } ?? .null)]))
  }
}

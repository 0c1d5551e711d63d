// Decides what is said of what else there is for Prefect: the types of its workers, with the template that a pool of each
// begins with.

internal import MartletModel

extension PrefectAPI {
  private static let workers: JSON = {
    do { return try JSON(parsing: WorkerMetadata.text) } catch {
      preconditionFailure("the generated worker metadata is no JSON: \(error)")
    }
  }()

  func readView(_ request: PrefectRequest) throws -> PrefectResponse {
    let view = request.parameters["view"] ?? ""
    guard view == "aggregate-worker-metadata" else {
      throw PrefectFailure(404, "View \(view) not found in registry")
    }
    return PrefectResponse(body: Self.workers)
  }

  /// There are no automations yet: none that anything owns or has to do with.
  func ownsNoAutomations() -> PrefectResponse { PrefectResponse(status: 202, body: .null) }

  /// There are no automations yet.
  func relatesToNoAutomations() -> PrefectResponse { PrefectResponse(body: .array([])) }
}

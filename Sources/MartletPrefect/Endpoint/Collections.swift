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
}

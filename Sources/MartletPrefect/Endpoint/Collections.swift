// Decides what is said of what else there is for Prefect: the types of its workers, with the template that a pool of each
// begins with.

internal import MartletModel

extension PrefectAPI {
  private static let workers: JSON = {
    do { return described(try JSON(parsing: WorkerMetadata.text)) } catch {
      preconditionFailure("the generated worker metadata is no JSON: \(error)")
    }
  }()

  /// A square: the pages show no type without a picture.
  private static let picture =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    + "%3Crect x='4' y='4' width='24' height='24' rx='5' fill='%237a8699'/%3E%3C/svg%3E"

  /// The types with a sentence and a picture each.
  private static func described(_ packages: JSON) -> JSON {
    each(packages) { types in
      each(types) { type in
        guard case .object(var members) = type else { return type }
        let name = members["display_name"]?.text ?? members["type"]?.text ?? ""
        members.set(
          "description", to: .text("Flow runs are executed by a worker of the type \(name)."))
        members.set("logo_url", to: .text(picture))
        return .object(members)
      }
    }
  }

  private static func each(_ object: JSON, _ change: (JSON) -> JSON) -> JSON {
    guard case .object(var members) = object else { return object }
    for (name, value) in members.pairs { members.set(JSONText(name), to: change(value)) }
    return .object(members)
  }

  func readView(_ request: PrefectRequest) throws -> PrefectResponse {
    let view = request.parameters["view"] ?? ""
    guard view == "aggregate-worker-metadata" else {
      throw PrefectFailure(404, "View \(view) not found in registry")
    }
    return PrefectResponse(body: Self.workers)
  }
}

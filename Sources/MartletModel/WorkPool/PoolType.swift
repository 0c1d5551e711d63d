// Decides which types of pools there are, and what a pool of each begins with.

/// A type of pools.
public struct PoolType: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// What it is, for people.
  public let description: String
  /// What a new pool of it begins with.
  public let template: JobTemplate

  /// Processes on the machine of a worker.
  public static let process = PoolType(
    "process", "Runs each flow run as a process on the machine of a worker.", processTemplate)
  /// Containers.
  public static let docker = PoolType(
    "docker", "Runs each flow run in a container of its own.", dockerTemplate)
  /// Jobs of Kubernetes.
  public static let kubernetes = PoolType(
    "kubernetes", "Runs each flow run as a Kubernetes job.", kubernetesTemplate)
  /// Programs that serve deployments in place.
  public static let served = PoolType(
    "served", "Programs that serve their own deployments: nothing is started for a run.",
    #"{"variables": {"type": "object", "properties": {}}, "job": {}}"#)

  /// All that are known, by name.
  public static let all = [docker, kubernetes, process, served]

  /// The type of a name; one that is not known begins with an empty template of its own.
  public static func named(_ name: String) -> PoolType? { all.first { $0.name == name } }

  private init(_ name: String, _ description: String, _ template: String) {
    self.name = name
    self.description = description
    do { self.template = try JobTemplate(text: template, name) } catch {
      preconditionFailure("the template of \(name): \(error)")
    }
  }
}

// Decides what of a Prefect deployment Martlet has no place for, and keeps with its specification as an annotation; and how
// Prefect's deployments are told from those that only Martlet's workers can run.

internal import MartletModel
internal import MartletProto
internal import MartletWire

/// What is kept with a deployment for Prefect's sake: members of its bodies, as they came.
struct DeploymentNote: Sendable {
  private static let key = "prefect"

  /// What a worker must have that runs Prefect's deployments. Prefect's own have it; of Martlet's those that say so.
  static let workerLabels = ["prefect": "3"]

  /// The members that are kept.
  static let names = [
    "entrypoint", "path", "pull_steps", "storage_document_id", "infrastructure_document_id",
    "version_info", "concurrency_options", "labels",
  ]

  /// What is kept, by the names in Prefect's bodies.
  private(set) var members: JSONMembers

  /// Begins with nothing.
  init() { members = JSONMembers() }

  /// Reads the note of a specification; an empty one when there is none.
  init(_ spec: MartletProto.DeploymentSpec?) {
    self.init()
    guard case .object(let note)? = spec?.annotations?[Self.key],
      case .object(let kept) = note.plain
    else { return }
    members = kept
  }

  /// Takes the members of a body; those that it does not have stay.
  mutating func take(_ body: JSON) {
    for name in Self.names {
      guard let value = body[name] else { continue }
      members.set(JSONText(name), to: value)
    }
  }

  /// A member; nil when there is none or it is null.
  subscript(_ name: String) -> JSON? {
    members[JSONText(name)].flatMap { $0 == .null ? nil : $0 }
  }

  /// Puts the note, and what of it Martlet's specification has a place for, into a specification.
  func put(into spec: inout MartletProto.DeploymentSpec) {
    spec.annotations = [Self.key: .object(JSONObject(members))]
    spec.workerLabels = Self.workerLabels
    let parts = self["entrypoint"]?.text?.split(separator: ":", omittingEmptySubsequences: false)
    let isFunction = parts.map { $0.count == 2 && !$0.contains(where: \.isEmpty) } ?? false
    spec.executable = isFunction ? self["entrypoint"]?.text.map { .entrypoint($0) } : nil
  }
}

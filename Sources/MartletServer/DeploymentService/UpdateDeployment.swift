// Decides what of a deployment may be changed, field by field.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore
internal import MartletWire

extension DeploymentHandlers {
  /// How often a change that somebody else's came before is decided anew.
  private static let mostAttempts = 10

  func updateDeployment(
    _ request: UpdateDeploymentRequest, context: CallContext
  ) async throws -> UpdateDeploymentResponse {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      guard let wanted = request.deployment else {
        throw InvalidValue("deployment", "is required")
      }
      let reference = try DeploymentReference(
        request.deploymentRef.isEmpty ? wanted.id : request.deploymentRef, "deployment_ref")
      let paths = request.updateMask?.paths ?? []
      guard !paths.isEmpty else {
        throw InvalidValue("update_mask", "is required: any of \(Self.fields)")
      }
      let asked = try etag(wanted.etag, "deployment.etag")
      var attempts = 0
      while true {
        let current = try await backend.store.deployment(
          reference, in: namespace, deadline: context.deadline)
        if let asked, asked != current.etag { throw StoreError.etagMismatch(current: current.etag) }
        let content = try await checked(
          try await offLoop { try edited(current.content, by: wanted, paths) })
        do {
          let applied = try await backend.store.applyDeployment(
            content, in: namespace, etag: current.etag, actor: context.principal.name,
            deadline: context.deadline)
          return UpdateDeploymentResponse(
            deployment: MartletProto.Deployment(applied.deployment))
        } catch StoreError.etagMismatch(let newer) {
          attempts += 1
          guard asked == nil, attempts < Self.mostAttempts else {
            throw StoreError.etagMismatch(current: newer)
          }
        }
      }
    }
  }

  private static let fields =
    "description, labels, paused, spec, spec.<field>, schedules, concurrency_limit,"
    + " collision_strategy"

  private func edited(
    _ current: DeploymentContent, by wanted: MartletProto.Deployment, _ paths: [String]
  ) throws(InvalidValue) -> DeploymentContent {
    var content = current
    var spec = MartletProto.DeploymentSpec(current.spec)
    for path in paths {
      switch path {
      case "description": content.description = wanted.description
      case "labels": content.labels = wanted.labels
      case "paused": content.isPaused = wanted.paused ?? false
      case "schedules":
        content.schedules = try ScheduleSpec.all(wanted.schedules, "deployment.schedules")
      case "concurrency_limit":
        content.concurrencyLimit = wanted.concurrencyLimit == 0 ? nil : wanted.concurrencyLimit
      case "collision_strategy":
        content.collision = try MartletModel.CollisionStrategy(
          wanted.collisionStrategy, "deployment.collision_strategy")
      case "spec": spec = wanted.spec ?? MartletProto.DeploymentSpec()
      default:
        guard path.hasPrefix("spec."),
          spec.take(String(path.dropFirst(5)), from: wanted.spec ?? MartletProto.DeploymentSpec())
        else {
          throw InvalidValue("update_mask", "names \"\(path)\": give any of \(Self.fields)")
        }
      }
    }
    // What was not asked for stays to the letter.
    if paths.contains(where: { $0.hasPrefix("spec") }) {
      content.spec = try MartletModel.DeploymentSpec(spec, "deployment.spec")
    }
    return content
  }
}

extension MartletProto.DeploymentSpec {
  /// Takes one field of another; false for one that there is not.
  fileprivate mutating func take(_ field: String, from other: Self) -> Bool {
    switch field {
    case "version_name": versionName = other.versionName
    case "pool": pool = other.pool
    case "queue": queue = other.queue
    case "worker_labels": workerLabels = other.workerLabels
    case "entrypoint", "shell", "command": executable = other.executable
    case "image": image = other.image
    case "pull_steps": pullSteps = other.pullSteps
    case "job_variables": jobVariables = other.jobVariables
    case "parameters": parameters = other.parameters
    case "parameter_schema": parameterSchema = other.parameterSchema
    case "allow_any_parameters": allowAnyParameters = other.allowAnyParameters
    case "tags": tags = other.tags
    case "run_labels": runLabels = other.runLabels
    case "retry": retry = other.retry
    case "timeout": timeout = other.timeout
    case "loss": loss = other.loss
    case "limits": limits = other.limits
    case "annotations": annotations = other.annotations
    default: return false
    }
    return true
  }
}

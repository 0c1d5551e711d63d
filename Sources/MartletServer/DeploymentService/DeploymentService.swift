// Decides what deployment handlers are made of, and how a request names a deployment and says what one is to be.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.DeploymentService`.
struct DeploymentHandlers: DeploymentService {
  let backend: Backend

  /// What a request wants a deployment to be, checked.
  ///
  /// - Throws: `InvalidValue`; `ParameterFaults`.
  func content(
    _ deployment: MartletProto.Deployment?, in namespace: Namespace
  ) async throws -> DeploymentContent {
    guard let deployment else { throw InvalidValue("deployment", "is required") }
    guard deployment.namespace.isEmpty || deployment.namespace == namespace.name else {
      throw InvalidValue("deployment.namespace", "is another than the request's")
    }
    // Rules of recurrence are counted through when they are read.
    return try await checked(try await offLoop { try DeploymentContent(deployment, "deployment") })
  }

  /// Checks what a deployment is to be; a schema may take its time.
  func checked(_ content: DeploymentContent) async throws -> DeploymentContent {
    try await offLoop { try content.validate("deployment") }
    return content
  }
}

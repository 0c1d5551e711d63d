// Decides what workers are told to start for runs; a template that many runs share is read once.

import MartletModel
import MartletStore
import Synchronization

/// Works out what is started for runs.
final class LaunchRenderer: Sendable {
  private let templates = Mutex<[String: JobTemplate]>([:])
  /// Most templates that are kept.
  private static let limit = 64

  /// What is started and the version of the deployment that says so, or what is wrong with it.
  func launch(_ source: LaunchSource) -> Result<
    (launch: Launch, spec: DeploymentSpec), InvalidValue
  > {
    do throws(InvalidValue) {
      guard let text = source.spec else {
        throw InvalidValue("deployment", "is gone, or its version is")
      }
      let spec = try Self.spec(text)
      var layers: [(name: String, values: JSON)] = [("job_variables", .object(spec.jobVariables))]
      if let own = source.jobVariables {
        layers.append(("run.job_variables", try Self.object(own, "run.job_variables")))
      }
      return .success(
        (
          try Launch(
            type: source.poolType, template: try template(source.template),
            executable: spec.executable, layers: layers), spec
        ))
    } catch {
      return .failure(error)
    }
  }

  private func template(_ text: String) throws(InvalidValue) -> JobTemplate {
    if let known = templates.withLock({ $0[text] }) { return known }
    let template = try JobTemplate(text: text, "pool.template")
    templates.withLock { templates in
      if templates.count >= Self.limit { templates = [:] }
      templates[text] = template
    }
    return template
  }

  private static func spec(_ text: String) throws(InvalidValue) -> DeploymentSpec {
    do { return try DeploymentSpec(stored: text) } catch {
      throw InvalidValue("deployment.spec", "is no JSON: \(error)")
    }
  }

  private static func object(_ text: String, _ field: String) throws(InvalidValue) -> JSON {
    do { return try JSON(parsing: text) } catch {
      throw InvalidValue(field, "is no JSON: \(error)")
    }
  }
}

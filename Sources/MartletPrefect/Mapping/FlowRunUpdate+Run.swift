// Decides what an update of a flow run changes of the run, and what Prefect does not let it change.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension Shape.FlowRunUpdate {
  /// Makes the changes.
  ///
  /// - Returns: the names of the changed fields.
  /// - Throws: 400 for values for the infrastructure of a run that is under way.
  func edit(_ run: inout Run) throws(PrefectFailure) -> [String] {
    var paths: [String] = []
    if let name {
      run.name = name
      paths.append("name")
    }
    if let tags {
      run.tags = tags
      paths.append("tags")
    }
    if let flowVersion {
      run.definitionVersion = flowVersion
      paths.append("definition_version")
    }
    if let parameters = JSONObject(object: parameters) {
      run.parameters = parameters
      paths.append("parameters")
    }
    // The whole of it: what it does not say is nothing.
    if let empiricalPolicy {
      run.retry = empiricalPolicy.retry
      paths.append("retry")
    }
    if let variables = JSONObject(object: jobVariables) {
      let type = run.state.flatMap { StateVocabulary.prefect($0.type) } ?? .scheduled
      guard type == .scheduled else {
        throw PrefectFailure(
          400, "Job variables for a flow run in state \(type.rawValue) cannot be updated")
      }
      run.jobVariables = variables
      paths.append("job_variables")
    }
    if let infrastructurePid {
      RunLabel.infrastructure.set(infrastructurePid, in: &run.labels)
      paths.append("labels")
    }
    return paths
  }
}

extension JSONObject {
  /// An object of a body; nil for anything else.
  init?(object value: JSON?) {
    guard case .object(let members)? = value else { return nil }
    self.init(members)
  }
}

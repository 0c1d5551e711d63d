// Decides which labels of a run hold what Prefect knows of it and Martlet has no field for. They can be filtered by as any
// label, and are not shown as labels to Prefect.

internal import MartletModel
internal import MartletProto

/// A label that holds something of Prefect's.
enum RunLabel: String, CaseIterable {
  /// The id of the flow; Prefect sets it itself.
  case flowID = "prefect.flow.id"
  /// The key of a task among those of its flow.
  case taskKey = "prefect.task-key"
  /// Which run of the task in its flow run.
  case dynamicKey = "prefect.dynamic-key"
  /// The id of the task run by which Prefect's client knows a subflow in its parent.
  case parentTaskRun = "prefect.parent-task-run"
  /// What one create is known by among those of a flow.
  case idempotencyKey = "prefect.idempotency-key"
  /// Where the process of a run is: a machine and a number.
  case infrastructure = "prefect.infrastructure-pid"
  /// How often Prefect's client tries a task again by itself.
  case retries = "prefect.retries"
  /// The name of the task run by which Prefect's client knows a subflow in its parent.
  case trackingName = "prefect.tracking-name"
  /// That a task run is for a task worker.
  case background = "prefect.background"
  /// Under which id the parameters of a background task are kept.
  case taskParameters = "prefect.task-parameters"

  /// That a run was given to a work pool by itself, and not made of a deployment of Prefect's.
  case pooled = "prefect.pooled"
  /// That no worker may have it before the program that made it has had it.
  case held = "prefect.held"

  /// The longest value that is kept.
  private static let longest = 512

  /// Adds the label, if there is a value that is short enough.
  func set(_ value: String?, in labels: inout [String: String]) {
    guard let value, value.utf8.count <= Self.longest else { return }
    labels[rawValue] = value
  }
}

extension Run {
  /// What a label holds.
  func value(_ label: RunLabel) -> String? { labels[label.rawValue] }

  /// The deployment that Prefect's client knows it to be of.
  var prefectDeploymentID: String? {
    deploymentID.isEmpty || value(.pooled) != nil ? nil : deploymentID
  }

  /// The labels as Prefect shows them.
  var prefectLabels: [String: JSON] {
    let own = Set(RunLabel.allCases.map(\.rawValue)).subtracting([RunLabel.flowID.rawValue])
    var shown = labels.filter { !own.contains($0.key) }.mapValues { JSON.text($0) }
    if let deploymentID = prefectDeploymentID {
      shown["prefect.deployment.id"] = .text(deploymentID)
    }
    if kind == .task, !parentID.isEmpty { shown["prefect.flow-run.id"] = .text(parentID) }
    return shown
  }
}

extension [String: JSON] {
  /// Labels as Martlet has them: texts.
  var texts: [String: String] {
    mapValues { value in if case .string(let text) = value { text.text } else { "\(value)" } }
  }
}

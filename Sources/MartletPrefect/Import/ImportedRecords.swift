// Decides what log lines, artifacts and events of Prefect's database become: what they would be had they been sent here.

internal import MartletModel
package import MartletProto
internal import MartletWire

extension PrefectRow {
  /// A row of `log`; nil for one of no run.
  package func logEntry() throws -> LogEntry? { LogEntry(try Self.shape(json)) }

  /// A row of `artifact`.
  package var artifact: MartletProto.Artifact {
    var artifact = MartletProto.Artifact()
    artifact.id = text("id")
    artifact.key = text("key")
    artifact.description = text("description")
    let (task, flow) = (text("task_run_id"), text("flow_run_id"))
    artifact.runID = task.isEmpty ? flow : task
    artifact.labels = labels("metadata")
    if !task.isEmpty { artifact.labels[ArtifactContent.taskRun] = task }
    if !flow.isEmpty { artifact.labels[ArtifactContent.flowRun] = flow }
    artifact.content = ArtifactContent.content(self["type"]?.text, self["data"])
    artifact.createTime = time("created")?.timestamp
    artifact.updateTime = time("updated")?.timestamp
    return artifact
  }

  /// A row of `events`.
  package func event(_ renaming: Renaming) throws -> MartletProto.Event {
    guard var event = ClientEvent(renaming.renamed(json))?.event else {
      throw RowFault(description: "is no event")
    }
    event.receiveTime = time("received")?.timestamp
    return event
  }
}

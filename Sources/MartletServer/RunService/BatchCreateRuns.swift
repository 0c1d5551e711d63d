// Decides how many runs are created in one call, each alone.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension RunHandlers {
  func batchCreateRuns(_ request: BatchCreateRunsRequest, context: CallContext) async throws
    -> BatchCreateRunsResponse
  {
    try await answering {
      guard request.runs.count <= ReportFrame.limit else {
        throw InvalidValue(
          "runs", "has \(request.runs.count) runs: send at most \(ReportFrame.limit)")
      }
      let namespace = try backend.namespace(request.namespace, context)
      var results = [CreateRunResult](repeating: CreateRunResult(), count: request.runs.count)
      let deployment = try await origin(
        request.deployment, in: request.queue, of: request.runs, namespace, context)
      var commands: [Command] = []
      var places: [Int] = []
      for (index, run) in request.runs.enumerated() {
        do {
          commands.append(
            try await creation(of: run, "create", namespace, deployment, context))
          places.append(index)
        } catch let error as InvalidValue {
          results[index].outcome = .error(Status(error.renamed(to: "")).reportError)
        } catch let error as ParameterFaults {
          let faults = ParameterFaults(error.faults.map { $0.renamed(to: "") })
          results[index].outcome = .error(Status(faults).reportError)
        }
      }
      let answers =
        commands.isEmpty ? [] : try await backend.store.transitions.submit(commands)
      var created: [(place: Int, id: RunID)] = []
      for (index, answer) in answers.enumerated() {
        do throws(Status) {
          results[places[index]].duplicate = try Self.isDuplicate(answer, in: "")
          created.append((places[index], commands[index].runID))
        } catch {
          results[places[index]].outcome = .error(error.reportError)
        }
      }
      let records = try await backend.store.runs(
        created.map(\.id), in: namespace, deadline: context.deadline)
      let byID = Dictionary(records.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
      for (place, id) in created {
        results[place].outcome = byID[id].map { .run(Run($0)) }
      }
      return BatchCreateRunsResponse(results: results)
    }
  }
}

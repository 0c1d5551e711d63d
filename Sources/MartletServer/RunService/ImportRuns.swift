// Decides how runs that ended elsewhere come in, each alone, and how what became of them is told.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletStore

extension RunHandlers {
  func importRuns(_ request: ImportRunsRequest, context: CallContext) async throws
    -> ImportRunsResponse
  {
    try await answering {
      let histories = request.histories
      guard histories.count <= Store.mostImportedRuns else {
        throw InvalidValue(
          "histories", "has \(histories.count) runs: send at most \(Store.mostImportedRuns)")
      }
      let transitions = histories.reduce(0) { $0 + $1.transitions.count }
      guard transitions <= Store.mostImportedTransitions || histories.count == 1 else {
        throw InvalidValue(
          "histories",
          "has \(transitions) transitions: send at most \(Store.mostImportedTransitions)")
      }
      let namespace = try backend.namespace(request.namespace, context)
      let actor = context.principal.name
      let now = Instant.wallClock
      let read = try await offLoop {
        histories.map { history -> Result<ImportedRun, Status> in
          do throws(Status) {
            return .success(try Self.run(of: history, in: namespace, actor: actor, now: now))
          } catch {
            return .failure(error)
          }
        }
      }
      var results = [ImportRunResult](repeating: ImportRunResult(), count: histories.count)
      var runs: [ImportedRun] = []
      var places: [Int] = []
      for (index, outcome) in read.enumerated() {
        switch outcome {
        case .success(let run):
          runs.append(run)
          places.append(index)
        case .failure(let status): results[index].error = status.reportError
        }
      }
      let answers =
        runs.isEmpty
        ? []
        : try await backend.store.importRuns(runs, in: namespace, deadline: context.deadline)
      for (place, answer) in zip(places, answers) {
        results[place].duplicate = answer == .unchanged
        results[place].error = Self.status(answer, histories[place].run?.id ?? "")?.reportError
      }
      return ImportRunsResponse(results: results)
    }
  }

  /// The rows of a run of elsewhere.
  static func run(
    of history: MartletProto.RunHistory, in namespace: Namespace, actor: String, now: Instant
  ) throws(Status) -> ImportedRun {
    let told: MartletModel.RunHistory
    do throws(InvalidValue) {
      told = try MartletModel.RunHistory(history, in: namespace, actor: actor)
    } catch {
      throw Status(error)
    }
    do throws(RunHistoryFault) { return try ImportedRun(told, now: now) } catch {
      switch error {
      case .invalid(let value): throw Status(value)
      case .notFinished(let type):
        throw .failedPrecondition(
          reason: Reason.runNotFinished.rawValue, subject: "run:\(told.id)",
          "the run \(told.id) is \(type): what goes on elsewhere does not come in")
      }
    }
  }

  /// Why a run is not there; nil when it is.
  static func status(_ answer: ImportAnswer, _ id: String) -> Status? {
    switch answer {
    case .imported, .unchanged: nil
    case .taken:
      .alreadyExists(
        type: "run", name: id,
        "the id \(id) is taken by a run with another history or of another namespace")
    case .deleted:
      .failedPrecondition(
        reason: "RUN_DELETED", subject: "run:\(id)", "the run \(id) was deleted here")
    case .foreignParent(let parent): .parentNotFound(parent, field: "run.parent_id")
    case .otherRoot(let root):
      .invalid(field: "run.root_id", "is not that of the enclosing run, which is \(root)")
    case .circular: .invalid(field: "run.parent_id", "would make the run enclose itself")
    case .invalid(let field, let why): .invalid(field: field, why)
    }
  }
}

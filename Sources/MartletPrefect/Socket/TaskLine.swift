// Decides in which order a task worker is told of background tasks: first those that wait when it subscribes, the oldest first,
// then others as they come to wait. That one is in the line claims nothing.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC
internal import MartletWire

/// The background tasks that one task worker may be told of.
struct TaskLine: Sendable {
  private let api: PrefectAPI
  private let context: CallContext
  /// The ids of the runs.
  let ids: AsyncStream<String>
  private let arrivals: AsyncStream<String>.Continuation

  init(api: PrefectAPI, context: CallContext) {
    self.api = api
    self.context = context
    (ids, arrivals) = AsyncStream.makeStream(of: String.self)
  }

  /// Puts a run at the end.
  func add(_ id: String) { arrivals.yield(id) }

  /// Nothing follows.
  func end() { arrivals.finish() }

  /// Adds the runs of some tasks, for ever.
  func fill(with keys: Set<String>) async throws {
    var token: String?
    for key in keys.sorted() {
      var list = ListRunsRequest(
        filter: Run.waitingTasks(of: key), orderBy: "id", pageSize: 1000,
        readMask: FieldMask(paths: ["id"]))
      repeat {
        let page = try await api.services.runs.listRuns(list, context: context)
        // What comes after the first look is heard of by the watch.
        token = token ?? page.resumeToken
        for run in page.runs { add(run.id) }
        list.pageToken = page.nextPageToken
      } while !list.pageToken.isEmpty
    }
    let watch = WatchRunsRequest(filter: Run.waitingTasks(), resumeToken: token ?? "")
    let writer = MessageWriter<WatchRunsResponse> { response in
      for change in response.changes where change.transition != nil && !change.removed {
        if let run = change.run, let key = run.value(.taskKey), keys.contains(key) { add(run.id) }
      }
    }
    try await api.services.runs.watchRuns(watch, to: writer, context: context)
  }
}

// Decides which events one subscriber is told, each once, and what the runs that they tell of have to do with.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletWire

/// What one subscriber was told, and what is known of the runs that it hears of.
actor EventTeller {
  private let api: PrefectAPI
  private let context: CallContext
  /// What it wants to hear.
  nonisolated let filter: EventsOutFilter
  private var hasBegun = false
  private var early: Set<UUIDValue> = []
  private var relations: [String: RunRelations] = [:]

  private static let fields = [
    "id", "kind", "definition", "parent_id", "labels", "tags", "deployment_id", "pool", "queue",
  ]
  /// How many runs are remembered.
  private static let mostRuns = 10_000

  init(api: PrefectAPI, context: CallContext, filter: EventsOutFilter) {
    self.api = api
    self.context = context
    self.filter = filter
  }

  /// Whether this is the first call.
  func begin() -> Bool {
    defer { hasBegun = true }
    return !hasBegun
  }

  /// What happened since the time that the filter names, oldest first; of more the latest.
  func before(_ most: Int) async throws -> [MartletProto.Event] {
    guard let since = filter.since else { return [] }
    var list = ListEventsRequest()
    list.filter = [filter.text, "time >= \"\(since.rfc3339)\""].filter { !$0.isEmpty }
      .joined(separator: " AND ")
    list.pageSize = Int32(clamping: most)
    var events: [MartletProto.Event] = []
    repeat {
      let page = try await api.services.events.listEvents(list, context: context)
      events += page.events
      list.pageToken = page.nextPageToken
    } while events.count < most && !list.pageToken.isEmpty
    let told = Array(events.prefix(most).reversed())
    return told
  }

  /// An event as it is told; nil when it is not wanted, or was told before.
  func told(_ event: MartletProto.Event) async throws -> WatchedEvent? {
    let translated: WatchedEvent?
    if WatchedEvent.isTransition(event) {
      let name =
        WatchedEvent.prefixes.prefect + event.name.dropFirst(WatchedEvent.prefixes.martlet.count)
      guard filter.mayPass(name: name) else { return nil }
      translated = WatchedEvent(transition: event, of: try await relations(of: event.runID))
    } else {
      guard filter.mayPass(name: event.name) else { return nil }
      translated = WatchedEvent(published: event)
    }
    guard let translated, filter.passes(translated) else { return nil }
    // What was looked up at the beginning may come by the watch as well.
    guard early.count < 2000 else { return translated }
    return early.insert(translated.id).inserted ? translated : nil
  }

  private func relations(of id: String) async throws -> RunRelations {
    if let known = relations[id] { return known }
    if relations.count >= Self.mostRuns { relations = [:] }
    let found: RunRelations
    do {
      found = try await look(id)
    } catch let status as Status where status.code == .notFound { found = .none }
    relations[id] = found
    return found
  }

  private func look(_ id: String) async throws -> RunRelations {
    let request = GetRunRequest(
      id: id,
      readMask: FieldMask(paths: Self.fields))
    guard let run = try await api.services.runs.getRun(request, context: context).run else {
      return .none
    }
    var resources: [[String: String]] = []
    if run.kind == .flow, let flow = run.value(.flowID) {
      resources.append(WatchedEvent.related("flow", flow, name: run.definition))
    }
    if run.kind == .task, !run.parentID.isEmpty {
      resources.append(WatchedEvent.related("flow-run", run.parentID, name: ""))
    }
    if let deploymentID = run.prefectDeploymentID {
      resources.append(WatchedEvent.related("deployment", deploymentID, name: ""))
    }
    var directory = WorkDirectory(api.services, context)
    if !run.pool.isEmpty, let found = try await directory.pool(run.pool) {
      if let queue = found.queues.first(where: { $0.name == run.queue }) {
        resources.append(WatchedEvent.related("work-queue", queue.id, name: queue.name))
      }
      resources.append(WatchedEvent.related("work-pool", found.pool.id, name: found.pool.name))
    }
    for tag in run.tags {
      resources.append([
        WatchedEvent.idLabel: "prefect.tag.\(tag)", "prefect.resource.role": "tag",
      ])
    }
    return RunRelations(resources: resources)
  }
}

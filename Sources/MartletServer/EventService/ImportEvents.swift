// Decides how events of elsewhere come in, in one call; those that cannot be stored fail alone.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension EventHandlers {
  func importEvents(_ request: ImportEventsRequest, context: CallContext) async throws
    -> ImportEventsResponse
  {
    try await answering {
      let given = request.events
      guard given.count <= Self.limit else {
        throw InvalidValue("events", "has \(given.count) events: send at most \(Self.limit)")
      }
      let namespace = try backend.namespace(request.namespace, context)
      var response = ImportEventsResponse()
      var events: [MartletStore.Event] = []
      for (index, event) in given.enumerated() {
        do {
          events.append(try Self.event(event, namespace, actor: context.principal.name))
        } catch let error as InvalidValue {
          response.failures.append(
            EventFailure(index: Int32(index), field: error.field, message: error.problem))
        } catch StoreError.invalid(let field, let why) {
          response.failures.append(EventFailure(index: Int32(index), field: field, message: why))
        }
      }
      let new = try await backend.store.importEvents(events, deadline: context.deadline)
      response.imported = Int64(new)
      response.duplicates = Int64(events.count - new)
      return response
    }
  }

  private static func event(
    _ given: MartletProto.Event, _ namespace: Namespace, actor: String
  ) throws -> MartletStore.Event {
    guard given.namespace.isEmpty || given.namespace == namespace.name else {
      throw InvalidValue("namespace", "is another than the request's")
    }
    if given.id.isEmpty { throw InvalidValue("id", "is required: a UUID") }
    guard let time = given.time.map({ Instant($0) }) else {
      throw InvalidValue("time", "is required")
    }
    var event = try MartletStore.Event(
      given, namespace: namespace, actor: given.actor.isEmpty ? actor : given.actor, now: time)
    event.receiveTime = given.receiveTime.map { Instant($0) } ?? time
    try event.validateImport()
    return event
  }
}

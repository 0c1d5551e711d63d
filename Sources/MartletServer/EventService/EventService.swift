// Decides what event handlers are made of, and how events are written.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

/// Serves `martlet.v1.EventService`.
struct EventHandlers: EventService {
  let backend: Backend

  /// The most events in a message.
  static let limit = 1000

  /// What came of publishing events.
  struct Published {
    var new: Int64 = 0
    var old: Int64 = 0
    var failures: [EventFailure] = []
  }

  /// Publishes events; those that cannot be stored fail alone.
  func publish(
    _ events: [MartletProto.Event], _ namespace: Namespace, _ context: CallContext
  ) async throws -> Published {
    guard events.count <= Self.limit else {
      throw InvalidValue("events", "has \(events.count) events: send at most \(Self.limit)")
    }
    var published = Published()
    var good: [MartletStore.Event] = []
    let now = Instant.wallClock
    for (index, event) in events.enumerated() {
      do {
        let new = try MartletStore.Event(
          event, namespace: namespace, actor: context.principal.name, now: now)
        try new.validate(now: now)
        good.append(new)
      } catch let error as InvalidValue {
        published.failures.append(
          EventFailure(index: Int32(index), field: error.field, message: error.problem))
      } catch StoreError.invalid(let field, let why) {
        published.failures.append(EventFailure(index: Int32(index), field: field, message: why))
      }
    }
    published.new = Int64(try await backend.store.events.publish(good))
    published.old = Int64(good.count) - published.new
    return published
  }

  /// Reads a filter of events.
  func filter(_ text: String) throws(Status) -> EventFilter {
    do throws(QueryError) { return try EventFilter(text) } catch {
      throw Status(error, field: "filter")
    }
  }
}

// Decides how events of elsewhere come in: as they were kept, and without a word to followers, for they have happened.

import MartletModel
import MartletPostgres

extension Event {
  /// The longest name of who published an event, in bytes.
  private static let actorLimit = RunLimits.name
  private static let changes = ["martlet.flow-run.", "martlet.task-run.", "martlet.step-run."]
  private static let deletion = ".Deleted"

  /// Refuses an event of elsewhere that cannot be kept, and one that stands for a transition, which is in the history.
  /// - Throws: `invalid`, which names the field.
  public func validateImport() throws(StoreError) {
    if id.value.high == 0, id.value.low == 0 { throw .invalid(field: "id", why: "is required") }
    try validateContent(isOwn: true)
    if Self.changes.contains(where: { name.hasPrefix($0) }), !name.hasSuffix(Self.deletion) {
      throw .invalid(field: "name", why: "is that of a change of state: import the run's history")
    }
    try checkText(actor, field: "actor", limit: Self.actorLimit)
    guard RunLimits.times.contains(receiveTime) else {
      throw .invalid(field: "receive_time", why: "is outside the years 1 to 9999")
    }
  }
}

extension Store {
  /// Takes events in, whose values were checked, passing over those whose ids are there already.
  /// - Returns: How many were new.
  public func importEvents(
    _ events: [Event], deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> Int {
    if events.isEmpty { return 0 }
    // In one order everywhere, so that two imports of the same events never wait for each other in turn.
    let rows = events.sorted { $0.id < $1.id }
    return try await write(deadline) { connection in
      try connection.query(SQL.insertEvents) { parameters in
        EventWriter.bind(rows, to: &parameters) { $0.receiveTime }
      }.count
    }
  }
}

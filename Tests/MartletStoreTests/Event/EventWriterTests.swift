// Decides that events are neither lost, nor doubled, nor kept waiting when writers lose their connections between being woken
// and writing.

import MartletModel
import MartletPostgres
import MartletStore
import MartletTestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct EventWriterTests {
  /// Ends one connection of the writers of events, whichever.
  private static func killOne(_ database: TestDatabase) async throws {
    try await BlockingThread.run {
      try database.connect().script(
        """
        SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'events'
          ORDER BY random() LIMIT 1) w
        """)
    }
  }

  private static func event(_ number: Int) -> Event {
    Event(
      id: .random(), namespace: .standard, name: "e.\(number)", time: RunID.fresh().time ?? .epoch,
      resource: EventResource(id: "r"), actor: "tester")
  }

  @Test func eventsOutliveTheWritersThatAreWokenForThem() async throws {
    try await TestDatabase.with(Templates.schema) { database in
      var configuration = database.configuration
      configuration.applicationName = "events"
      let batcher = EventBatcher(configuration, logger: TestCluster.silent)
      try await batcher.waitUntilConnected()
      let tasks = 6
      let each = 25
      let told = try await withThrowingTaskGroup(of: Int.self) { group in
        for task in 0..<tasks {
          group.addTask {
            var new = 0
            for number in 0..<each {
              // Just before others and this one wake a writer, which may be that whose connection is gone.
              if number % tasks == task { try await Self.killOne(database) }
              let event = Self.event(task * each + number)
              // Whoever hears that nothing is known sends the same again; nobody waits for ever.
              while true {
                do {
                  new += try await batcher.publish([event])
                  break
                } catch StoreError.unavailable {
                  try await batcher.waitUntilConnected(timeout: .seconds(60))
                }
              }
            }
            return new
          }
        }
        return try await group.reduce(0, +)
      }
      let kept = try await BlockingThread.run {
        try database.connect().query(
          Statement("", "SELECT count(DISTINCT name) FROM event", planning: .everyTime)
        ).first { row throws(PostgresError) in try row.get(0, as: Int64.self) }
      }
      // One that was committed when its writer died is told as known when it comes again.
      #expect(kept == Int64(tasks * each))
      #expect(told <= tasks * each)
      await batcher.shutdown()
    }
  }
}

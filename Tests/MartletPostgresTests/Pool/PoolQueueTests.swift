// Decides who is woken and who is refused when connections of a pool come and go.

import Testing

@testable import MartletPostgres

@Suite("Pool queue", .timeLimit(.minutes(10))) struct PoolQueueTests {
  /// Counts how often each connection was woken.
  private final class Wakes: Sendable {
    let counts = Locked([0, 0])

    func attach(to queue: PoolQueue) {
      queue.setWakers(
        (0..<2).map { index in { [counts] in counts.withLock { $0[index] += 1 } } })
    }
  }

  @Test("A job meant for a connection that is lost meanwhile wakes another")
  func handOver() async throws {
    let queue = PoolQueue(limit: 10)
    let wakes = Wakes()
    wakes.attach(to: queue)
    #expect(queue.next(for: 0)?.id == nil)
    #expect(queue.next(for: 1)?.id == nil)
    let job = Task { try await queue.run(deadline: nil) { _ in } }
    while queue.load.waiting == 0 { await Task.yield() }
    let first = wakes.counts.withLock { $0 }
    #expect(first == [0, 1])
    queue.isDown(1, PostgresError(.connectionLost, "gone"))
    let second = wakes.counts.withLock { $0 }
    #expect(second == [1, 1])
    queue.close()
    await #expect(throws: PostgresError.self) { try await job.value }
  }

  @Test("With the last connection everything that waits fails, and what comes is refused at once")
  func allDown() async throws {
    let queue = PoolQueue(limit: 10)
    let wakes = Wakes()
    wakes.attach(to: queue)
    let waiting = Task { try await queue.run(deadline: nil) { _ in } }
    while queue.load.waiting == 0 { await Task.yield() }
    let gone = PostgresError(.connectionUnavailable(retryAfter: .seconds(1)), "gone")
    queue.isDown(0, gone)
    #expect(queue.load.waiting == 1)
    queue.isDown(1, gone)
    await #expect(throws: gone) { try await waiting.value }
    await #expect(throws: gone) { try await queue.run(deadline: nil) { _ in } }
    // One that is back takes jobs again.
    #expect(queue.next(for: 1)?.id == nil)
    let later = Task { try await queue.run(deadline: nil) { _ in } }
    while queue.load.waiting == 0 { await Task.yield() }
    let job = try #require(queue.next(for: 1))
    job.fail(gone)
    await #expect(throws: gone) { try await later.value }
  }
}

// Checks that calls which come while others are under way are answered together, in their order, each once.

import MartletModel
import MartletPostgres
import MartletTestKit
import Testing

@testable import MartletStore

@Suite(.timeLimit(.minutes(10))) struct CallGatheringTests {
  private struct Ask: Identifiable, Sendable, Equatable {
    var id: Int
    var turn = 0
  }

  /// Answers batches when it is told to, and remembers them.
  private final class Desk: Sendable {
    private let state = Locked<
      (batches: [[Ask]], gates: [CheckedContinuation<Void, Never>], isOpen: Bool)
    >(
      ([], [], false))

    var batches: [[Ask]] { state.withLock { $0.batches } }

    func answer(_ asks: [Ask]) async -> [Result<Int, StoreError>] {
      await withCheckedContinuation { gate in
        let isOpen = state.withLock { state in
          state.batches.append(asks)
          if !state.isOpen { state.gates.append(gate) }
          return state.isOpen
        }
        if isOpen { gate.resume() }
      }
      return asks.map { $0.id < 0 ? .failure(.cancelled) : .success($0.id * 10) }
    }

    /// Lets all batches through from now on.
    func open() {
      let gates = state.withLock { state in
        state.isOpen = true
        defer { state.gates = [] }
        return state.gates
      }
      for gate in gates { gate.resume() }
    }
  }

  private let shard = LimitShard(number: 3)

  /// Puts a call, and waits until it is in line.
  private func put(
    _ ask: Ask, _ gathering: CallGathering<Ask, Int>, _ desk: Desk, of shard: LimitShard,
    deadline: ContinuousClock.Instant? = nil
  ) async -> Task<Int, any Error> {
    let before = gathering.count
    let task = Task {
      try await gathering.answer(ask, of: shard, deadline: deadline) { await desk.answer($0) }
    }
    while gathering.count == before { await Task.yield() }
    return task
  }

  @Test func whoComesMeanwhileIsAnsweredTogether() async throws {
    let gathering = CallGathering<Ask, Int>()
    let desk = Desk()
    let first = await put(Ask(id: 1), gathering, desk, of: shard)
    while desk.batches.isEmpty { await Task.yield() }
    var tasks: [Task<Int, any Error>] = []
    for id in [2, 3, -4, 5] { tasks.append(await put(Ask(id: id), gathering, desk, of: shard)) }
    // The second of one id is not answered beside the first.
    let again = await put(Ask(id: 3, turn: 1), gathering, desk, of: shard)
    let gone = await put(Ask(id: 6), gathering, desk, of: shard)
    gone.cancel()
    await #expect(throws: StoreError.cancelled) { try await gone.value }
    let late = await put(Ask(id: 7), gathering, desk, of: shard, deadline: .now)
    // Another shard does not wait.
    let other = await put(Ask(id: 8), gathering, desk, of: LimitShard(number: 4))
    while desk.batches.count < 2 { await Task.yield() }
    desk.open()
    #expect(try await first.value == 10)
    #expect(try await other.value == 80)
    #expect(try await [tasks[0].value, tasks[1].value, tasks[3].value] == [20, 30, 50])
    await #expect(throws: StoreError.cancelled) { try await tasks[2].value }
    await #expect(throws: StoreError.deadlineExceeded) { try await late.value }
    #expect(try await again.value == 30)
    #expect(
      desk.batches == [
        [Ask(id: 1)], [Ask(id: 8)], [Ask(id: 2), Ask(id: 3), Ask(id: -4), Ask(id: 5)],
        [Ask(id: 3, turn: 1)],
      ])
    #expect(gathering.count == 0)
  }
}

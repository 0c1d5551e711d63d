// Decides that runs are handed out in order, within every limit, to whoever may have them; against a naive count.

import Testing

@testable import MartletModel

@Suite struct DispatchTests {
  private func id<ID: UniqueIdentifier>(_ number: UInt64, _: ID.Type = ID.self) -> ID {
    ID(high: number, low: 7)
  }

  private func item(
    _ number: UInt64, queue: UInt64 = 1, deployment: UInt64 = 1, due: Int64 = 0,
    labels: [String: String] = [:]
  ) -> Dispatch.Item {
    Dispatch.Item(
      runID: id(number), queueID: id(queue), deploymentID: id(deployment),
      deployment: "flow/d\(deployment)", due: Instant(microseconds: due), labels: labels)
  }

  private func queue(_ number: UInt64, priority: Int32 = 1, room: Int64? = nil) -> Dispatch.Queue {
    Dispatch.Queue(id: id(number), name: "q\(number)", priority: priority, room: room)
  }

  private func runs(_ assignments: [Dispatch.Assignment]) -> [UInt64] {
    assignments.map(\.runID.value.high)
  }

  @Test func prioritiesComeBeforeDueTimes() {
    var dispatch = Dispatch(
      queues: [queue(1, priority: 2), queue(2, priority: 1), queue(3, priority: 2)],
      workers: [.init(id: id(1), credit: 3)])
    let served = dispatch.serve([
      item(1, queue: 1, due: 1), item(2, queue: 2, due: 9), item(3, queue: 3, due: 0),
      item(4, queue: 1, due: 2),
    ])
    #expect(runs(served) == [2, 3, 1])
  }

  @Test func oneThatIsExclusiveHasOnlyWhatAsksForAllOfItsLabels() {
    let labels = ["a": "1", "b": "2"]
    var dispatch = Dispatch(
      queues: [queue(1)],
      workers: [.init(id: id(1), credit: 9, labels: labels, isExclusive: true)])
    let served = dispatch.serve([
      item(1), item(2, labels: ["a": "1"]), item(3, labels: labels),
      item(4, labels: ["a": "1", "b": "3"]), item(5, labels: ["a": "1", "b": "2", "c": "3"]),
    ])
    #expect(runs(served) == [3])
  }

  @Test func everyLimitHolds() {
    let items = (1...9).map { item($0, queue: $0 % 3 + 1, deployment: $0 % 2 + 1) }
    var dispatch = Dispatch(
      room: 4, queues: [queue(1, room: 1), queue(2), queue(3, room: 0)],
      deploymentRoom: [id(1): 1], workers: [.init(id: id(1), credit: 99)])
    let served = runs(dispatch.serve(items))
    // Queue 3 is closed: 2, 5, 8. Queue 1 has one: 3. Deployment 1 (even ones) one.
    #expect(served == [1, 3, 4, 7])
    #expect(dispatch.room == 0)
  }

  @Test func labelsQueuesAndDeploymentsChooseTheWorker() {
    var dispatch = Dispatch(
      queues: [queue(1), queue(2)],
      workers: [
        .init(id: id(1), credit: 5, labels: ["gpu": "a100", "zone": "b"]),
        .init(id: id(2), credit: 5, queues: ["q2"]),
        .init(id: id(3), credit: 5, deployments: ["flow/d3"]),
        .init(
          id: id(4), credit: 5, labels: ["gpu": "none"],
          deployments: ["\(id(4, DeploymentID.self))"]),
      ])
    let served = dispatch.serve([
      item(1, labels: ["gpu": "a100"]), item(2, labels: ["gpu": "h100"]),
      item(3, queue: 2, deployment: 9, labels: [:]), item(4, deployment: 3),
      item(5, deployment: 4, labels: ["gpu": "none"]),
      item(6, deployment: 4, labels: ["zone": "b"]),
    ])
    let takers = Dictionary(
      uniqueKeysWithValues: served.map { ($0.runID.value.high, $0.workerID.value.high) })
    #expect(takers[1] == 1)
    #expect(takers[2] == nil)
    #expect(takers[5] == 4)
    #expect(takers[6] == 1)
    #expect(takers[3].map { [1, 2].contains($0) } == true)
    #expect(takers[4].map { [1, 3].contains($0) } == true)
  }

  @Test func workIsSpreadByCredit() {
    var dispatch = Dispatch(
      queues: [queue(1)],
      workers: [
        .init(id: id(1), credit: 4), .init(id: id(2), credit: 4), .init(id: id(3), credit: 1),
      ])
    let served = dispatch.serve((1...6).map { item($0) })
    let counts = Dictionary(grouping: served, by: \.workerID.value.high).mapValues(\.count)
    #expect(counts == [1: 3, 2: 3])
  }

  @Test func whoDeclinedIsPassedOver() {
    var dispatch = Dispatch(
      queues: [queue(1)],
      workers: [.init(id: id(1), credit: 9, declined: [id(1)]), .init(id: id(2), credit: 1)])
    let served = dispatch.serve([item(1), item(2)])
    #expect(served == [.init(id(1), id(2)), .init(id(2), id(1))])
    var alone = Dispatch(
      queues: [queue(1)], workers: [.init(id: id(1), credit: 9, declined: [id(1)])])
    #expect(runs(alone.serve([item(1), item(2)])) == [2])
  }

  @Test(arguments: 0..<60) func agreesWithANaiveCount(_ round: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    var random = Seeded(seed)
    let queues = (1...3).map { number in
      queue(
        number, priority: .random(in: 1...2, using: &random),
        room: Bool.random(using: &random) ? .random(in: 0...5, using: &random) : nil)
    }
    let workers = (1...4).map { number in
      Dispatch.Worker(
        id: id(number), credit: .random(in: 0...4, using: &random),
        labels: Bool.random(using: &random) ? ["gpu": "1"] : [:],
        queues: Bool.random(using: &random) ? [] : ["q1", "q3"])
    }
    let items = (1...30).map { number in
      item(
        number, queue: .random(in: 1...4, using: &random),
        deployment: .random(in: 1...3, using: &random), due: .random(in: 0...9, using: &random),
        labels: Int.random(in: 0...3, using: &random) == 0 ? ["gpu": "1"] : [:])
    }.shuffled(using: &random)
    let room: Int64? = Bool.random(using: &random) ? .random(in: 0...8, using: &random) : nil
    let deploymentRoom: [DeploymentID: Int64] = [id(2): .random(in: 0...3, using: &random)]
    var dispatch = Dispatch(
      room: room, queues: queues, deploymentRoom: deploymentRoom, workers: workers)
    let served = dispatch.serve(items)

    #expect(Set(served.map(\.runID)).count == served.count, "seed \(seed)")
    if let room { #expect(served.count <= room, "seed \(seed)") }
    let byRun = Dictionary(uniqueKeysWithValues: items.map { ($0.runID, $0) })
    func count(_ condition: (Dispatch.Item, WorkerID) -> Bool) -> Int {
      served.count {
        byRun[$0.runID].map { [worker = $0.workerID] in condition($0, worker) } == true
      }
    }
    for queue in queues {
      if let room = queue.room {
        #expect(count { item, _ in item.queueID == queue.id } <= room, "seed \(seed)")
      }
    }
    for (deployment, room) in deploymentRoom {
      #expect(count { item, _ in item.deploymentID == deployment } <= room, "seed \(seed)")
    }
    for worker in workers {
      #expect(count { $1 == worker.id } <= worker.credit, "seed \(seed)")
      #expect(
        count { item, taker in
          taker == worker.id
            && (item.labels["gpu"] != nil && worker.labels["gpu"] == nil
              || !worker.queues.isEmpty
                && !worker.queues.contains("q\(item.queueID.value.high)"))
        } == 0, "seed \(seed)")
    }
    // Nobody is left who could still have something: every limit was used up.
    let taken = Set(served.map(\.runID))
    for item in items where !taken.contains(item.runID) {
      guard let queue = queues.first(where: { $0.id == item.queueID }) else { continue }
      let isFull =
        room.map { served.count >= $0 } == true
        || queue.room.map { room in Int64(count { item, _ in item.queueID == queue.id }) >= room }
          == true
        || deploymentRoom[item.deploymentID].map { room in
          Int64(count { other, _ in other.deploymentID == item.deploymentID }) >= room
        } == true
      let isWanted = workers.contains { worker in
        worker.credit > count { $1 == worker.id }
          && item.labels.allSatisfy { worker.labels[$0.key] == $0.value }
          && (worker.queues.isEmpty || worker.queues.contains(queue.name))
      }
      #expect(isFull || !isWanted, "seed \(seed)")
    }
  }
}

// Checks that work from elsewhere shares wake-ups, tasks stay on the loop, and no work starves the loop.

import NIOConcurrencyHelpers
import NIOCore
import NIOPosix
import Testing

@testable import MartletHTTP

@Suite struct LoopExecutorTests {
  /// On a loop of its own: what others ask of a loop takes time from its turns.
  private let executor = LoopExecutor(loop: MultiThreadedEventLoopGroup(numberOfThreads: 1).next())

  @Test func closuresFromAnotherThreadRunInOneWakeUp() async throws {
    let blocked = Signal<Void>()
    let gate = DispatchGate()
    let order = NIOLockedValueBox<[Int]>([])
    executor.loop.execute {
      blocked.fire()
      gate.wait()
    }
    await blocked.wait()
    executor.submit { order.withLockedValue { $0.append(1) } }
    // Were each closure a wake-up of its own, this one would run before the later ones.
    let marker = executor.loop.submit { order.withLockedValue { $0.append(99) } }
    executor.submit([2, 3].map { n in { order.withLockedValue { $0.append(n) } } })
    executor.submit { order.withLockedValue { $0.append(4) } }
    gate.open()
    try await marker.get()
    #expect(order.withLockedValue { $0 } == [1, 2, 3, 4, 99])
  }

  @Test func tasksRunOnTheLoop() async {
    let loop = executor.loop
    let executor = executor
    let task = Task(executorPreference: executor) {
      let first = loop.inEventLoop
      await Task.yield()
      return first && loop.inEventLoop
    }
    #expect(await task.value)
  }

  @Test func anImmediateTaskStartsAtOnceAndResumesOnTheLoop() async throws {
    let executor = executor
    let signal = Signal<Void>()
    let (began, task) = try await executor.loop.submit {
      let began = NIOLockedValueBox(false)
      let task = Task.immediate(executorPreference: executor) {
        began.withLockedValue { $0 = true }
        await signal.wait()
        return executor.loop.inEventLoop
      }
      return (began.withLockedValue { $0 }, task)
    }.get()
    #expect(began)
    signal.fire()
    #expect(await task.value)
  }

  @Test func aTaskThatYieldsForEverDoesNotKeepTheLoopFromItsSockets() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let executors = LoopExecutorGroup(group)
    let server = try await TestServer.start(on: executors)
    let task = Task(executorPreference: executors.next()) {
      while !Task.isCancelled { await Task.yield() }
    }
    let client = try await server.connect()
    for _ in 0..<10 { #expect(await client.request("/fixed").status == 200) }
    task.cancel()
    await task.value
    await server.stop()
    try await group.shutdownGracefully()
  }

  @Test func aReaderThatIsAsFastAsItsStreamDoesNotKeepTheLoopFromOthers() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let server = try await TestServer.start(on: LoopExecutorGroup(group))
    let head = Signal<Int>()
    let greedy = try await server.connect()
    let stream = greedy.open("/stream/100000", head: head) { stream, collector in
      collector.keeps = false
      stream.finish(trailers: nil)
    }
    #expect(await head.wait() == 200)
    let other = try await server.connect()
    for _ in 0..<10 { #expect(await other.request("/fixed").status == 200) }
    #expect(stream.value == nil)
    greedy.close()
    _ = await stream.wait()
    await server.stop()
    try await group.shutdownGracefully()
  }

  @Test func turnsBetweenTwoLooksAtTheSocketsShareTheirTime() async throws {
    let executor = executor
    let steps = NIOLockedValueBox(0)
    let (tasks, taken) = try await executor.loop.submit {
      let tasks = (0..<24).map { _ in
        Task(executorPreference: executor) {
          for _ in 0..<3 {
            let end = NIODeadline.now() + .milliseconds(1)
            while NIODeadline.now() < end {}
            steps.withLockedValue { $0 += 1 }
            await Task.yield()
          }
        }
      }
      // As at the ends of the read batches of as many connections.
      for _ in tasks { executor.endTurn() }
      return (tasks, steps.withLockedValue { $0 })
    }.get()
    #expect((1...8).contains(taken))
    for task in tasks { await task.value }
    #expect(steps.withLockedValue { $0 } == 72)
  }

  @Test func whatALongReadAsksForBeginsInLaterTurnsAndInOrder() async throws {
    let executor = executor
    let begun = NIOLockedValueBox<[Int]>([])
    let all = Signal<Void>()
    let (wasLong, first) = try await executor.loop.submit {
      executor.beginReading(at: .now() - .milliseconds(10))
      let wasLong = executor.isReadingLong
      for n in 0..<4 {
        executor.beginLater {
          // Longer than a turn may last.
          let end = NIODeadline.now() + .milliseconds(3)
          while NIODeadline.now() < end {}
          begun.withLockedValue { $0.append(n) }
          if n == 3 { all.fire() }
        }
      }
      executor.endTurn()
      return (wasLong, begun.withLockedValue { $0 })
    }.get()
    #expect(wasLong)
    #expect(first == [0])
    await all.wait()
    #expect(begun.withLockedValue { $0 } == [0, 1, 2, 3])
    #expect(try await executor.loop.submit { executor.isReadingLong }.get() == false)
  }

  @Test func aParticipantIsToldOnceATurn() async throws {
    let executor = executor
    let told = try await executor.loop.submit {
      let participant = CountingParticipant()
      executor.participate(participant)
      executor.endTurn()
      executor.endTurn()
      return participant.told
    }.get()
    #expect(told == 1)
  }
}

private final class CountingParticipant: LoopTurnParticipant {
  var told = 0
  func turnEnded() { told += 1 }
}

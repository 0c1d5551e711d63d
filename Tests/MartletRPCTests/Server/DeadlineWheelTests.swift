// Decides that deadlines fire in time, never early, and not at all once removed.

import MartletRPC
import NIOCore
import NIOPosix
import Testing

@testable import MartletRPC

@Suite struct DeadlineWheelTests {
  final class Entry: DeadlineEntry {
    var passed: NIODeadline?
    var onPass: () -> Void = {}
    override func deadlinePassed() {
      passed = .now()
      onPass()
    }
  }

  @Test(.timeLimit(.minutes(5))) func firesInTime() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: [Bool].self)
    loop.execute {
      let wheel = DeadlineWheel(loop)
      let now = NIODeadline.now()
      // Below a tick, around a turn of the wheel (8,192 ms), in the past; every third is removed.
      let delays: [Int64] = [-5, 0, 1, 3, 4, 5, 9, 40, 200, 2040, 8192, 8200]
      let entries = delays.map { _ in Entry() }
      let removed = stride(from: 2, to: entries.count - 1, by: 3).map { entries[$0] }
      for (entry, delay) in zip(entries, delays) { wheel.insert(entry, now + .milliseconds(delay)) }
      for entry in removed {
        wheel.remove(entry)
        wheel.remove(entry)
      }
      entries[entries.count - 1].onPass = {
        done.succeed(
          zip(entries, delays).map { entry, delay in
            if removed.contains(where: { $0 === entry }) { return entry.passed == nil }
            return entry.passed.map { $0 >= now + .milliseconds(delay) } ?? false
          })
      }
    }
    #expect(try await done.futureResult.get() == Array(repeating: true, count: 12))
  }

  /// A slot between the one that fires and the present is not passed over when something is set meanwhile.
  @Test(.timeLimit(.minutes(5))) func slowCallsDelayNobodyByATurn() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: Bool.self)
    loop.execute {
      let wheel = DeadlineWheel(loop)
      let (slow, between, last) = (Entry(), Entry(), Entry())
      let start = NIODeadline.now()
      slow.onPass = {
        while NIODeadline.now() < start + .milliseconds(60) {}
        wheel.insert(last, .now() + .milliseconds(100))
      }
      last.onPass = { done.succeed(between.passed != nil) }
      wheel.insert(slow, start + .milliseconds(5))
      wheel.insert(between, start + .milliseconds(30))
    }
    #expect(try await done.futureResult.get())
  }

  @Test(.timeLimit(.minutes(5))) func entriesMayBeSetAgainFromTheirOwnCall() async throws {
    let loop = MultiThreadedEventLoopGroup.singleton.next()
    let done = loop.makePromise(of: Int.self)
    loop.execute {
      let wheel = DeadlineWheel(loop)
      let entry = Entry()
      let late = Entry()
      var times = 0
      wheel.insert(late, .now() + .milliseconds(60))
      func finishWhenBothHavePassed() {
        if times == 5, late.passed != nil { done.succeed(times) }
      }
      late.onPass = finishWhenBothHavePassed
      entry.onPass = {
        times += 1
        if times < 5 { wheel.insert(entry, .now() + .milliseconds(1)) }
        finishWhenBothHavePassed()
      }
      wheel.insert(entry, .now() + .milliseconds(1))
    }
    #expect(try await done.futureResult.get() == 5)
  }
}

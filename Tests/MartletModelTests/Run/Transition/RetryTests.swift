// Decides that a failure with a retry left is no end, that delays follow the policy, and who tries again.

import MartletModel
import Testing

@Suite struct RetryTests {
  let tests = TransitionBatchTests()
  var id: RunID { tests.id }

  func begin(_ run: NewRun, in ledger: inout Ledger) {
    _ = ledger.apply([
      tests.report(.create(run), 1), tests.report(.propose(RunState(.running)), 2),
    ])
  }

  func failure(_ seq: Int64, retriable: Bool? = nil) -> Command {
    tests.report(
      .propose(
        RunState(
          .failed(RunState.Failed(errorType: "ValueError", retriable: retriable)), message: "boom")),
      seq)
  }

  func running(_ seq: Int64, epoch: Int64 = 1, by execution: ExecutionID? = nil) -> Command {
    tests.report(.propose(RunState(.running)), seq, epoch: epoch, by: execution)
  }

  @Test func theOwnerTriesAgainWhenItIsDue() throws {
    var ledger = Ledger()
    begin(
      NewRun(
        kind: .task, definition: "t",
        retry: RetryPolicy(maxRetries: 2, delay: .listed([.seconds(10), .seconds(60)]))),
      in: &ledger)
    let plan = ledger.apply([failure(3)])
    #expect(plan.results.map(\.outcome) == [.verdict(.replaced(.retry))])
    let state = plan.transitions[0].to
    #expect(state.name == "AwaitingRetry" && state.message == "boom")
    guard case .scheduled(let scheduled) = state.detail else {
      Issue.record("\(state)")
      return
    }
    #expect(scheduled.dueTime == plan.transitions[0].time + .seconds(10))
    #expect(scheduled.cause == .failed(RunState.Failed(errorType: "ValueError")))
    #expect(plan.claimsRemoved.isEmpty && plan.dueSet.isEmpty)
    let early = ledger.apply([running(4), running(1, epoch: 2, by: tests.other)], after: 4)
    #expect(
      early.results.map(\.outcome) == [
        .verdict(.wait(.seconds(6), .notDue)), .verdict(.fenced(currentEpoch: 1, .runOwned)),
      ])
    let again = ledger.apply([running(4)], after: 6)
    #expect(again.transitions.map(\.to.name) == ["Retrying"])
    #expect(try #require(ledger.runs[id]).attempt == 2)
    let second = ledger.apply([failure(5)])
    guard case .scheduled(let later) = second.transitions[0].to.detail else { return }
    #expect(later.dueTime == second.transitions[0].time + .seconds(60))
    let last = ledger.apply([running(6), failure(7)], after: 60)
    #expect(last.results.map(\.outcome) == [.verdict(.accepted), .verdict(.accepted)])
    #expect(try #require(ledger.runs[id]).stateType == .failed)
  }

  @Test func aRetryThatWouldNotHelpIsNotMade() {
    var ledger = Ledger()
    begin(
      NewRun(kind: .task, definition: "t", retry: RetryPolicy(maxRetries: 5)), in: &ledger)
    #expect(ledger.apply([failure(3, retriable: false)]).results[0].stateType == .failed)
  }

  @Test func crashesAreTriedAgainOnlyWhenAskedFor() {
    for crashes in [false, true] {
      var ledger = Ledger()
      begin(
        NewRun(
          kind: .task, definition: "t",
          retry: RetryPolicy(maxRetries: 1, retriesCrashes: crashes)), in: &ledger)
      let crash = tests.report(.propose(RunState(.crashed(RunState.Crashed(signal: 9)))), 3)
      let plan = ledger.apply([crash])
      #expect(plan.results[0].stateType == (crashes ? .scheduled : .crashed))
    }
  }

  @Test func aRescheduledRetryIsForWhoeverComes() throws {
    var ledger = Ledger()
    begin(
      NewRun(
        kind: .task, definition: "t", retry: RetryPolicy(maxRetries: 1, mode: .reschedule)),
      in: &ledger)
    let plan = ledger.apply([failure(3)])
    #expect(plan.claimsRemoved == [Claim(sessionID: tests.session, runID: id)])
    // Its former owner hears the same again, and nothing new; others hear nothing.
    let after = ledger.apply([failure(3), running(4), running(3, by: tests.other)])
    #expect(
      after.results.map(\.outcome) == [
        .duplicate(epoch: 1, seq: 3), .verdict(.fenced(currentEpoch: 1, .claimRequired)),
        .verdict(.fenced(currentEpoch: 1, .claimRequired)),
      ])
    let taken = ledger.apply([
      tests.report(.propose(RunState(.pending)), 1, epoch: 2, by: tests.other),
      running(2, epoch: 2, by: tests.other),
    ])
    #expect(taken.transitions.map(\.to.name) == ["Pending", "Retrying"])
    #expect(try #require(ledger.runs[id]).epoch == 2)
  }

  @Test func aLostOwnersRetryIsTakenOver() throws {
    var ledger = Ledger()
    begin(
      NewRun(
        kind: .task, definition: "t",
        retry: RetryPolicy(maxRetries: 1, delay: .listed([.seconds(1)]))), in: &ledger)
    _ = ledger.apply([failure(3)])
    let lapse = ledger.apply([.sessionLapsed(SessionLapse(runID: id, sessionID: tests.session))])
    #expect(lapse.transitions.map(\.rule) == ["SCHEDULED/lapse"])
    #expect(lapse.transitions[0].to.name == "AwaitingRetry")
    let taken = ledger.apply([running(4), running(1, epoch: 2, by: tests.other)])
    #expect(
      taken.results.map(\.outcome) == [
        .verdict(.fenced(currentEpoch: 1, .claimRequired)), .verdict(.accepted),
      ])
    #expect(taken.transitions.map(\.to.name) == ["Retrying"])
  }

  @Test func aPresumedCrashMayStillFailAndBeTriedAgain() throws {
    var ledger = Ledger()
    begin(NewRun(kind: .task, definition: "t", retry: RetryPolicy(maxRetries: 1)), in: &ledger)
    _ = ledger.apply([.sessionLapsed(SessionLapse(runID: id, sessionID: tests.session))])
    let plan = ledger.apply([failure(3), running(4)])
    #expect(plan.results.map(\.outcome) == [.verdict(.replaced(.retry)), .verdict(.accepted)])
    #expect(plan.claimsAdded == [Claim(sessionID: tests.session, runID: id)])
  }

  @Test func delaysGrowUpToTheLongest() {
    let policy = RetryPolicy(
      maxRetries: 9, delay: .exponential(first: .seconds(2), factor: 3, longest: .seconds(50)))
    #expect(
      (1...5).map { policy.delay(before: Int32($0), of: id) }
        == [2, 6, 18, 50, 50].map { .seconds($0) })
    #expect(RetryPolicy(maxRetries: 1).delay(before: 1, of: id) == .zero)
  }

  @Test func jitterKeepsToTheLongestDelay() {
    let policy = RetryPolicy(
      maxRetries: 9, delay: .exponential(first: .seconds(10), factor: 2, longest: .seconds(40)),
      jitter: 0.5)
    for (retry, bounds) in [(1, 5.0...15.0), (2, 10...30), (3, 20...40), (9, 20...40)] {
      let delays = (1...500).map { number in
        Double(
          policy.delay(before: Int32(retry), of: RunID(high: 7, low: UInt64(number))).microseconds)
          / 1e6
      }
      let width = bounds.upperBound - bounds.lowerBound
      #expect(delays.allSatisfy { bounds.contains($0) })
      // All of the span is used, and no end of it more than the rest.
      for quarter in 0..<4 {
        let least = bounds.lowerBound + width * Double(quarter) / 4
        #expect(delays.count { (least...least + width / 4).contains($0) } > 80)
      }
    }
  }

  @Test func jitterFollowsFromTheRunAndTheRetry() {
    let policy = RetryPolicy(
      maxRetries: 9, delay: .listed([.seconds(100)]), jitter: 0.25)
    var seen: Set<Interval> = []
    for number in 1...500 {
      let run = RunID(high: 7, low: UInt64(number))
      let delay = policy.delay(before: 1, of: run)
      #expect(delay >= .seconds(75) && delay <= .seconds(125))
      #expect(delay == policy.delay(before: 1, of: run))
      #expect(delay != policy.delay(before: 2, of: run))
      seen.insert(delay)
    }
    #expect(seen.count > 490)
    #expect(seen.contains { $0 < .seconds(80) } && seen.contains { $0 > .seconds(120) })
  }

  @Test func badPoliciesNameTheirField() {
    let second = Interval.seconds(1)
    let cases: [(NewRun, String?)] = [
      (run(RetryPolicy(maxRetries: 3, delay: .listed([.zero, second]), jitter: 1)), nil),
      (run(RetryPolicy(maxRetries: -1)), "create.retry.max_retries"),
      (run(RetryPolicy(maxRetries: 1001)), "create.retry.max_retries"),
      (run(RetryPolicy(maxRetries: 1, jitter: 1.5)), "create.retry.jitter"),
      (run(RetryPolicy(maxRetries: 1, jitter: .nan)), "create.retry.jitter"),
      (
        run(RetryPolicy(maxRetries: 1, delay: .listed([.seconds(-1)]))), "create.retry.delays"
      ),
      (
        run(RetryPolicy(maxRetries: 1, delay: .listed(Array(repeating: second, count: 101)))),
        "create.retry.delays"
      ),
      (growing(.zero, 2, second), "create.retry.exponential.first"),
      (growing(second, 0.5, second), "create.retry.exponential.factor"),
      (growing(second, .nan, second), "create.retry.exponential.factor"),
      (growing(second, 2, .zero), "create.retry.exponential.max"),
      (NewRun(kind: .task, definition: "t", loss: .rerun(atMost: 0)), "create.loss.max_reruns"),
      (NewRun(kind: .task, definition: "t", timeout: .hours(24 * 400)), "create.timeout"),
    ]
    for (run, field) in cases {
      var found: String?
      do { try run.validate() } catch { found = error.field }
      #expect(found == field)
    }
  }

  private func run(_ retry: RetryPolicy) -> NewRun {
    NewRun(kind: .task, definition: "t", retry: retry)
  }

  private func growing(_ first: Interval, _ factor: Double, _ longest: Interval) -> NewRun {
    run(
      RetryPolicy(
        maxRetries: 1, delay: .exponential(first: first, factor: factor, longest: longest)))
  }
}

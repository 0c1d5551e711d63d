// Decides what the ledger of reports must do with every kind of answer, without a server.

import MartletProto
import Testing

@testable import Martlet

@Suite struct ReportLedgerTests {
  private let now = ContinuousClock.now

  @Test func framesKeepTheOrderAndTheirBounds() {
    let ledger = Numbered()
    for seq in 1...250 { #expect(ledger.add("a", seq) == nil) }
    #expect(ledger.frame(at: now).map(\.seq) == Array(1...100))
    #expect(ledger.frame(at: now).map(\.seq) == Array(101...200))
    #expect(ledger.frame(at: now, maxBytes: 1).map(\.seq) == [201])
    #expect(ledger.sendable(at: now) == 49)
    #expect(ledger.count == 250)
    #expect(ledger.framesInFlight == 3)
    ledger.recall()
    #expect(ledger.framesInFlight == 0)
    #expect(ledger.frame(at: now).map(\.seq) == Array(1...100))
  }

  @Test func anAnswerMustFitItsFrame() {
    let ledger = Numbered()
    _ = ledger.add("a", 1)
    _ = ledger.frame(at: now)
    #expect(ledger.answer([], at: now) == nil)
    #expect(ledger.answer([.accepted], at: now)?.count == 1)
    #expect(ledger.answer([.accepted], at: now) == nil)
    #expect(ledger.count == 0)
    #expect(ledger.bytes == 0)
  }

  @Test func aReportThatCannotBeDecidedConsumesNoSeq() throws {
    let ledger = Numbered()
    for seq in 1...4 { _ = ledger.add("a", seq) }
    _ = ledger.add("b", 1)
    _ = ledger.frame(at: now)
    _ = ledger.add("a", 5)
    let settled = try #require(
      ledger.answer(
        [.accepted, .error(3, "INVALID"), .outOfSequence, .outOfSequence, .accepted], at: now))
    #expect(settled.map(\.ticket) == [1, 2, 5])
    // What followed is numbered anew, in memory and as it comes later.
    #expect(ledger.frame(at: now).map(\.seq) == [2, 3, 4])
    _ = ledger.add("a", 6)
    #expect(ledger.frame(at: now).map(\.seq) == [5])
  }

  @Test func whatIsTooLongIsAnsweredHere() throws {
    let ledger = Numbered()
    var long = State(type: .running)
    long.message = String(repeating: "x", count: 4 << 20)
    _ = ledger.add("a", 1)
    let refused = try #require(ledger.add("a", 2, .propose(long)))
    guard case .error(let error) = refused.outcome else {
      Issue.record("\(refused.outcome)")
      return
    }
    #expect(error.code == 3 && error.reason == "REPORT_TOO_LONG")
    // It consumed no seq.
    _ = ledger.add("a", 3)
    #expect(ledger.frame(at: now).map(\.seq) == [1, 2])
    #expect(ledger.reportsInFlight == 2)
    // A run that could not be created has nothing to say.
    var run = Run()
    run.name = long.message
    #expect(ledger.add("b", 1, .create(run)) != nil)
    #expect(ledger.add("b", 2) != nil)
    #expect(ledger.count == 2)
  }

  @Test func nothingMoreIsSentOfARunThatIsGone() throws {
    let ledger = Numbered()
    for seq in 1...3 { _ = ledger.add("a", seq) }
    _ = ledger.add("b", 1)
    _ = ledger.frame(at: now, maxBytes: 1)
    let settled = try #require(ledger.answer([.error(5, "NOT_FOUND")], at: now))
    #expect(settled.map(\.ticket) == [1, 2, 3])
    #expect(ledger.frame(at: now).map(\.runID) == ["b"])
    #expect(ledger.add("a", 4) != nil)
    #expect(ledger.count == 1)
  }

  @Test func aRealGapIsAnErrorAndNoLoop() throws {
    let ledger = Numbered()
    _ = ledger.add("a", 7)
    _ = ledger.frame(at: now)
    let settled = try #require(ledger.answer([.outOfSequence], at: now))
    #expect(settled.count == 1)
    #expect(ledger.count == 0)
  }

  @Test func waitPutsBackUntilItsTimeAndOthersGoOn() throws {
    let ledger = Numbered()
    _ = ledger.add("a", 1)
    _ = ledger.add("a", 2)
    _ = ledger.add("b", 1)
    _ = ledger.frame(at: now)
    _ = ledger.add("b", 2)
    let settled = try #require(
      ledger.answer([.wait(.seconds(3)), .outOfSequence, .accepted], at: now))
    #expect(settled.map(\.ticket) == [3])
    #expect(ledger.heldTickets == [1, 2])
    #expect(ledger.nextHeld == now + .seconds(3))
    #expect(ledger.sendable(at: now) == 1)
    #expect(ledger.frame(at: now).map(\.runID) == ["b"])
    #expect(ledger.frame(at: now + .seconds(2)).isEmpty)
    #expect(ledger.frame(at: now + .seconds(3)).map(\.seq) == [1, 2])
  }

  @Test func aLapsedClaimIsTakenAgain() throws {
    let ledger = Numbered()
    _ = ledger.add("a", 1, .create(Run()))
    _ = ledger.add("a", 2, .propose(State(type: .running)))
    _ = ledger.add("a", 3, .propose(State(type: .completed)))
    _ = ledger.frame(at: now)
    let lapsed = ReportResult.fenced("CLAIM_REQUIRED", epoch: 1)
    let settled = try #require(ledger.answer([lapsed, lapsed, lapsed], at: now))
    #expect(settled.map(\.ticket) == [1])
    let again = ledger.frame(at: now)
    #expect(again.map(\.epoch) == [2, 2])
    #expect(again.map(\.seq) == [1, 2])
    #expect(ledger.answer([.accepted, .accepted], at: now)?.count == 2)
    #expect(ledger.count == 0)
  }

  @Test func aFenceClosesTheRunButNotItsLog() throws {
    let ledger = Numbered()
    for seq in 1...3 { _ = ledger.add("a", seq) }
    _ = ledger.add("a", 0, .log(LogEntry()))
    _ = ledger.frame(at: now, maxCount: 1)
    let settled = try #require(
      ledger.answer([.fenced("OTHER_EXECUTION", epoch: 1)], at: now))
    #expect(Set(settled.map(\.ticket)) == [1, 2, 3])
    let closed = try #require(ledger.add("a", 4))
    #expect(closed.ticket == 5)
    #expect(ledger.frame(at: now).map(\.item) == [.log(LogEntry())])
  }

  @Test func aRunThatMayNotBeginTakesEverythingWithIt() throws {
    let ledger = Numbered()
    _ = ledger.add("a", 1, .create(Run()))
    _ = ledger.add("a", 2)
    _ = ledger.frame(at: now)
    _ = ledger.add("a", 0, .log(LogEntry()))
    let refused = ReportResult.verdict(.refused, "PARENT_STOPPED")
    let settled = try #require(ledger.answer([refused, .error(5, "NOT_FOUND")], at: now))
    #expect(settled.count == 3)
    // The second is told why the first was refused, not that there is no such run.
    #expect(settled.allSatisfy { $0.outcome == refused.outcome })
    #expect(ledger.count == 0)
  }

  @Test func whatMayPassIsAskedAgainWithGrowingPauses() throws {
    let ledger = Numbered()
    var time = now
    _ = ledger.add("a", 1)
    var pauses: [Duration] = []
    for _ in 0..<4 {
      #expect(ledger.frame(at: time).count == 1)
      #expect(ledger.answer([.error(14, "")], at: time)?.isEmpty == true)
      let next = try #require(ledger.nextHeld)
      pauses.append(time.duration(to: next))
      time = next
    }
    #expect(
      pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800), .milliseconds(1600)])
  }

  @Test func anErrorOfTheServerIsGivenUpInTheEnd() throws {
    let ledger = Numbered()
    var time = now
    _ = ledger.add("a", 1)
    for _ in 0..<10 {
      guard !ledger.frame(at: time).isEmpty else { break }
      if try #require(ledger.answer([.error(13, "")], at: time)).count == 1 { break }
      time = try #require(ledger.nextHeld)
    }
    #expect(ledger.count == 0)
  }
}

/// A ledger that hands out tickets from 1.
@dynamicMemberLookup
private final class Numbered {
  private var ledger = ReportLedger()
  private var last: UInt64 = 0

  subscript<T>(dynamicMember path: KeyPath<ReportLedger, T>) -> T { ledger[keyPath: path] }

  func add(
    _ run: String, _ seq: Int, _ item: RunReport.Item = .propose(State(type: .running))
  ) -> ReportLedger.Settlement? {
    last += 1
    let report = RunReport(runID: run, epoch: 1, seq: Int64(seq), item: item)
    return ledger.append(report, ticket: last)
  }

  func frame(at now: ContinuousClock.Instant, maxCount: Int = 100, maxBytes: Int = 1 << 20)
    -> [RunReport]
  { ledger.takeFrame(maxCount: maxCount, maxBytes: maxBytes, at: now) }

  func answer(_ results: [ReportResult], at now: ContinuousClock.Instant)
    -> [ReportLedger.Settlement]?
  { ledger.answer(results, at: now) }

  func recall() { ledger.recall() }
  func sendable(at now: ContinuousClock.Instant) -> Int { ledger.sendable(at: now) }
}

extension ReportResult {
  fileprivate static var accepted: ReportResult { verdict(.accepted, "") }
  fileprivate static var outOfSequence: ReportResult { error(11, "OUT_OF_SEQUENCE") }

  fileprivate static func verdict(_ code: Verdict.Code, _ reason: String) -> ReportResult {
    var verdict = Verdict(code: code)
    verdict.reason = reason
    return ReportResult(outcome: .verdict(verdict))
  }

  fileprivate static func wait(_ time: Duration) -> ReportResult {
    var verdict = Verdict(code: .wait)
    verdict.wait = time
    return ReportResult(outcome: .verdict(verdict))
  }

  fileprivate static func fenced(_ reason: String, epoch: Int64) -> ReportResult {
    var verdict = Verdict(code: .fenced)
    verdict.reason = reason
    verdict.epoch = epoch
    return ReportResult(outcome: .verdict(verdict))
  }

  fileprivate static func error(_ code: Int32, _ reason: String) -> ReportResult {
    ReportResult(outcome: .error(ReportError(code: code, reason: reason)))
  }
}

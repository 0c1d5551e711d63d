// Decides what a client of the real store does: one report at a time, repeated under its seq until it is answered.

import Foundation
import MartletModel
import MartletStore
import MartletTestKit

/// A process with one run.
final class StoreClient {
  let id: RunID
  let session: SessionID
  private let execution: ExecutionID
  private let run: NewRun
  private var epoch: Int64 = 1
  private var seq: Int64 = 1
  private var pending: Report?
  private var steps = 0
  private(set) var isOver = false
  /// Whether it is never heard of again.
  var isLost = false { didSet { if isLost { isOver = true } } }

  init(parent: RunID?, _ random: inout SplitMix64) {
    let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
    id = RunID.v7(now: now, random: (random.next(), random.next()))
    session = SessionID(high: random.next(), low: random.next())
    execution = ExecutionID(high: random.next(), low: random.next())
    var run = NewRun(
      kind: parent == nil ? .flow : .task, definition: "world", parentID: parent,
      createdBy: "client")
    if random.chance(0.5) {
      run.retry = RetryPolicy(
        maxRetries: 2, delay: .listed([.milliseconds(1)]),
        mode: random.chance(0.5) ? .inProcess : .reschedule)
    }
    if random.chance(0.2) { run.timeout = .milliseconds(20) }
    switch Int.random(in: 0..<4, using: &random) {
    case 0: run.loss = .rerun(atMost: 2)
    case 1: run.loss = .wait
    default: break
    }
    self.run = run
  }

  /// What it reports next: the same as long as it has no answer.
  func next(_ random: inout SplitMix64) -> Command? {
    if let pending { return .report(pending) }
    guard !isOver else { return nil }
    steps += 1
    let item: Report.Item = steps == 1 ? .create(run) : .propose(proposal(&random))
    let report = Report(
      namespace: .standard, runID: id, epoch: epoch, executionID: execution, seq: seq,
      sessionID: session, actor: "client", item: item)
    pending = report
    return .report(report)
  }

  private func proposal(_ random: inout SplitMix64) -> RunState {
    switch Int.random(in: 0..<12, using: &random) {
    case 0..<5: RunState(.running, name: random.chance(0.3) ? "Working" : "")
    case 5: RunState(.paused(RunState.Paused(key: "k", isSuspended: random.chance(0.5))))
    case 6, 7: RunState(.failed(RunState.Failed(errorType: "E")))
    case 8: RunState(.completed(RunState.Completed()))
    case 9: RunState(.cancelled)
    case 10: RunState(.pending)
    default: RunState(.scheduled(RunState.Scheduled()))
    }
  }

  /// Goes on by an answer.
  func hear(_ answer: CommandAnswer, to command: Command) {
    guard case .report(let report) = command, report == pending else { return }
    switch answer.result {
    case .verdict(let verdict, _):
      switch verdict.code {
      case .accepted, .replaced, .refused:
        pending = nil
        seq += 1
        // A refused create begins no run.
        if case .create = report.item, verdict.code == .refused { isOver = true }
      case .wait: pending = nil
      case .fenced: claim(verdict, after: answer.epoch)
      }
    case .unavailable: break
    case .existing, .unchanged, .failure: isOver = true
    }
    if steps > 16 { isOver = true }
  }

  /// Takes the run anew, if it may be had.
  private func claim(_ verdict: Verdict, after current: Int64) {
    pending = nil
    guard verdict.reason == .claimRequired else {
      isOver = true
      return
    }
    epoch = current + 1
    seq = 1
  }
}

// Decides which runs of elsewhere can come in, and what is worked out from their histories.

import MartletModel
import Testing

@Suite struct RunHistoryTests {
  private static let now = Instant(microseconds: 1_800_000_000_000_000)
  private static let id = RunID(high: 0x0199_0000_0000_7000, low: 0x8000_0000_0000_0001)

  private static func at(_ seconds: Int64) -> Instant { now + .seconds(seconds - 1000) }

  private static func entry(
    _ detail: RunState.Detail, _ seconds: Int64
  ) -> RunHistory.Entry {
    .init(state: RunState(detail), time: at(seconds), actor: "them")
  }

  /// A run that was tried twice.
  private static let twice = RunHistory(
    id: id, namespace: .standard,
    content: NewRun(kind: .task, definition: "load", createdBy: "them"), createTime: at(0),
    entries: [
      entry(.scheduled(.init()), 0), entry(.pending, 1), entry(.running, 2),
      entry(.scheduled(.init(reason: "RETRY")), 5), entry(.running, 10), entry(.running, 11),
      entry(.completed(.init()), 20),
    ])

  private func imported(_ change: (inout RunHistory) -> Void = { _ in }) throws -> ImportedRun {
    var history = Self.twice
    change(&history)
    return try ImportedRun(history, now: Self.now)
  }

  /// What is wrong with a history after a change.
  private func fault(_ change: (inout RunHistory) -> Void) -> String {
    do {
      _ = try imported(change)
      return ""
    } catch RunHistoryFault.invalid(let value) {
      return value.field
    } catch {
      return "\(error)"
    }
  }

  @Test func whatNobodySaidFollowsFromTheHistory() throws {
    let run = try imported()
    let row = run.snapshot
    #expect(row.stateType == .completed && row.stateName == "Completed")
    #expect(row.revision == 7 && row.attempt == 2 && row.epoch == 0)
    #expect(row.startTime == Self.at(2) && row.endTime == Self.at(20))
    #expect(row.transitionTime == Self.at(20))
    #expect(row.runningTime == .seconds(3 + 10))
    #expect(row.dueTime == nil && row.sessionID == nil && !row.isPresumptive)
    #expect(row.rootID == Self.id && run.knowsRoot)
    #expect(row.contentDigest == ContentDigest(of: run.content))
    #expect(!run.content.name.isEmpty)
    #expect(run.transitions.map(\.revision) == Array(1...7))
    #expect(run.transitions[0].from == nil && run.transitions[0].fromName == "")
    #expect(run.transitions[3].from == .running && run.transitions[3].fromName == "Running")
    #expect(run.transitions.map(\.attempt) == [0, 0, 1, 1, 2, 2, 2])
    #expect(run.transitions.allSatisfy { $0.rule == "any/import" && $0.verdict == .accepted })
  }

  @Test func whatWasSaidIsKept() throws {
    let run = try imported {
      $0.epoch = 4
      $0.attempt = 3
      $0.lastSeq = 9
      $0.startTime = Self.at(3)
      $0.endTime = Self.at(19)
      $0.runningTime = .seconds(7)
      $0.content.name = "told"
      $0.entries[3].reason = .retry
      $0.entries[3].epoch = 2
      $0.work = RunWork(deploymentID: .init(high: 1, low: 1), version: 2)
      $0.pauses = [
        PauseWrite(runID: .init(high: 0, low: 0), namespace: .standard, key: "k", time: .epoch)
      ]
    }
    #expect(run.snapshot.epoch == 4 && run.snapshot.attempt == 3 && run.snapshot.lastSeq == 9)
    #expect(run.snapshot.startTime == Self.at(3) && run.snapshot.endTime == Self.at(19))
    #expect(run.snapshot.runningTime == .seconds(7))
    #expect(run.content.name == "told")
    #expect(run.transitions[3].verdict == .replaced(.retry) && run.transitions[3].epoch == 2)
    #expect(run.snapshot.policy.isPlaced)
    #expect(run.pauses.map(\.runID) == [Self.id])
  }

  @Test func aHistoryThatIsNotKeptLeavesTheState() throws {
    let run = try imported {
      $0.entries = [Self.entry(.failed(.init()), 9)]
      $0.lostRevision = 5
    }
    #expect(run.transitions.isEmpty)
    #expect(run.snapshot.revision == 5 && run.snapshot.stateType == .failed)
    #expect(run.snapshot.endTime == Self.at(9) && run.snapshot.startTime == nil)
  }

  @Test func whatGoesOnDoesNotComeIn() {
    for detail in [
      RunState.Detail.scheduled(.init()), .pending, .running, .paused(.init()),
      .cancelling(deadline: nil),
    ] {
      #expect(throws: RunHistoryFault.notFinished(detail.type)) {
        try imported { $0.entries.append(Self.entry(detail, 30)) }
      }
    }
    for detail in [RunState.Detail.failed(.init()), .cancelled, .crashed(.init())] {
      #expect(fault { $0.entries.append(Self.entry(detail, 30)) } == "")
    }
  }

  @Test func theFieldAtFaultIsNamed() {
    #expect(fault { $0.id = RunID(high: 0, low: 0) } == "run.id")
    #expect(fault { $0.content.definition = "" } == "run.definition")
    #expect(fault { $0.content.createdBy = "" } == "run.created_by")
    #expect(fault { $0.content.parentID = Self.id } == "run.parent_id")
    #expect(fault { $0.rootID = RunID(high: 1, low: 1) } == "run.root_id")
    #expect(
      fault {
        $0.content.parentID = RunID(high: 1, low: 1)
        $0.rootID = Self.id
      } == "run.root_id")
    #expect(fault { $0.epoch = -1 } == "run.epoch")
    #expect(fault { $0.lastSeq = -1 } == "run.seq")
    #expect(fault { $0.attempt = -1 } == "run.attempt")
    #expect(fault { $0.lostRevision = 0 } == "run.revision")
    #expect(fault { $0.createTime = Instant(microseconds: .max) } == "run.times.create_time")
    #expect(fault { $0.endTime = Self.now + .hours(1) } == "run.times.end_time")
    #expect(fault { $0.startTime = Self.at(21) } == "run.times.start_time")
    #expect(fault { $0.runningTime = .seconds(-1) } == "run.times.running_time")
    #expect(fault { $0.entries = [] } == "transitions")
    #expect(fault { $0.entries[2].time = Self.at(0) } == "transitions[2].to.time")
    #expect(fault { $0.entries[6].time = Self.now + .seconds(301) } == "transitions[6].to.time")
    #expect(fault { $0.entries[6].time = Self.now + .seconds(300) } == "")
    #expect(fault { $0.entries[2].time = $0.entries[1].time } == "")
    #expect(fault { $0.entries[1].revision = 3 } == "transitions[1].revision")
    #expect(fault { $0.entries[1].revision = 2 } == "")
    #expect(fault { $0.entries[0].from = .running } == "transitions[0].from")
    #expect(fault { $0.entries[2].from = .scheduled } == "transitions[2].from")
    #expect(fault { $0.entries[2].from = .pending } == "")
    #expect(fault { $0.entries[2].epoch = -1 } == "transitions[2].epoch")
    #expect(fault { $0.entries[2].seq = -1 } == "transitions[2].seq")
    #expect(fault { $0.entries[2].rule = "" } == "transitions[2].rule")
    #expect(fault { $0.entries[2].actor = "a\u{0}" } == "transitions[2].actor")
    #expect(fault { $0.entries[2].state.name = "" } == "transitions[2].to.name")
    let long = String(repeating: "x", count: RunLimits.word + 1)
    #expect(
      fault {
        $0.pauses = [
          PauseWrite(runID: Self.id, namespace: .standard, key: long, time: .epoch)
        ]
      } == "run.pauses[0].key")
    #expect(
      fault { $0.work = RunWork(deploymentID: .init(high: 1, low: 1), version: -1) }
        == "run.deployment_version")
  }
}

@Suite struct ImportedFamilyTests {
  private static let now = Instant(microseconds: 1_800_000_000_000_000)

  private func run(_ id: UInt64, in parent: UInt64?, root: UInt64? = nil) throws -> ImportedRun {
    try ImportedRun(
      RunHistory(
        id: RunID(high: 1, low: id), namespace: .standard,
        content: NewRun(
          kind: .task, definition: "x", parentID: parent.map { RunID(high: 1, low: $0) },
          createdBy: "t"), rootID: root.map { RunID(high: 1, low: $0) }, createTime: Self.now,
        entries: [.init(state: RunState(.cancelled), time: Self.now, actor: "t")]), now: Self.now)
  }

  private func roots(_ family: ImportedFamily) -> [UInt64: UInt64] {
    Dictionary(
      uniqueKeysWithValues: family.runs.map { ($0.id.value.low, $0.snapshot.rootID.value.low) })
  }

  private func settled(
    _ runs: [(run: ImportedRun, root: UInt64?, missing: UInt64?)]
  ) -> (family: ImportedFamily, circular: Set<UInt64>) {
    var family = ImportedFamily()
    for item in runs {
      family.add(
        item.run, root: item.root.map { RunID(high: 1, low: $0) },
        missing: item.missing.map { RunID(high: 1, low: $0) })
    }
    let circular = family.settle()
    return (family, Set(circular.map(\.value.low)))
  }

  @Test func rootsComeFromThoseThatSaidOrFromThoseAbove() throws {
    // 5 in 4 in 3 in 2, which is not there; 1 is a root, 9 in 1; 7 in 6, which is there below 60; 8 said 80.
    let (family, circular) = settled([
      (try run(5, in: 4), nil, 4), (try run(4, in: 3), nil, 3), (try run(3, in: 2), nil, 2),
      (try run(9, in: 1), nil, 1), (try run(1, in: nil), nil, nil),
      (try run(7, in: 6), 60, nil), (try run(8, in: 81, root: 80), nil, 81),
      (try run(10, in: 8), nil, 8),
    ])
    #expect(circular.isEmpty)
    #expect(
      roots(family) == [5: 2, 4: 2, 3: 2, 9: 1, 1: 1, 7: 60, 8: 80, 10: 80])
  }

  @Test func noRunEnclosesItself() throws {
    // 1 in 2 in 1; 3 below them; 4 below 40, which is there and at last below 5, which is below 4; 6 stands alone.
    let (family, circular) = settled([
      (try run(1, in: 2, root: 7), nil, 2), (try run(2, in: 1, root: 7), nil, 1),
      (try run(3, in: 1, root: 7), nil, 1), (try run(4, in: 40, root: 7), 7, 5),
      (try run(5, in: 4, root: 7), nil, 4), (try run(6, in: nil), nil, nil),
    ])
    #expect(circular == [1, 2, 3, 4, 5])
    #expect(roots(family) == [6: 6])
  }
}

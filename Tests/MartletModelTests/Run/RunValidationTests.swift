// Decides which values are refused before they reach a batch, and when two creates are the same.

import MartletModel
import Testing

@Suite struct RunValidationTests {
  let now = Instant(microseconds: 1_800_000_000_000_000)

  func problem(_ body: () throws(InvalidValue) -> Void) -> String? {
    do { try body() } catch { return error.field }
    return nil
  }

  @Test func badStatesNameTheirField() {
    let long = String(repeating: "x", count: 300_000)
    let cases: [(RunState, String?)] = [
      (RunState(.running), nil),
      (RunState(.running, name: String(repeating: "n", count: 201)), "propose.name"),
      (RunState(.running, message: "a\0b"), "propose.message"),
      (RunState(.running, message: long), "propose.message"),
      (RunState(.failed(RunState.Failed(traceback: long))), "propose.failed.traceback"),
      (RunState(.failed(RunState.Failed(errorType: "\0"))), "propose.failed.error_type"),
      (RunState(.crashed(RunState.Crashed(note: "\0"))), "propose.crashed.note"),
      (
        RunState(.scheduled(RunState.Scheduled(dueTime: Instant(microseconds: .max)))),
        "propose.scheduled.due_time"
      ),
      (
        completed(Payload(mediaType: "text/plain", body: .json(long))),
        "propose.completed.result.json"
      ),
      (
        completed(Payload(mediaType: "", body: .data(Array(repeating: 0, count: 300_000)))),
        "propose.completed.result.data"
      ),
      (completed(Payload(mediaType: "", body: .uri(""))), "propose.completed.result.uri"),
      (
        completed(Payload(mediaType: "", digest: "md5:1", body: .json("1"))),
        "propose.completed.result.digest"
      ),
      (
        completed(Payload(mediaType: "", size: -1, body: .json("1"))),
        "propose.completed.result.size"
      ),
      (
        completed(
          Payload(
            mediaType: "a/b", digest: "sha256:" + String(repeating: "0f", count: 32), size: 1,
            body: .data([0]))), nil
      ),
    ]
    for (state, field) in cases {
      #expect(problem { () throws(InvalidValue) in try state.validate() } == field)
    }
  }

  @Test func whatIsTooLongIsCutToWholeCharacters() throws {
    // Of two and of four bytes: neither limit falls between two of them.
    let long = "x" + String(repeating: "é🦜", count: 100_000)
    let state = RunState(
      .failed(RunState.Failed(errorType: "E", errorMessage: long, traceback: long + "last line")),
      message: long
    ).cut()
    #expect(problem { () throws(InvalidValue) in try state.validate() } == nil)
    guard case .failed(let failed) = state.detail else {
      Issue.record("it is no failure any more")
      return
    }
    for (text, limit) in [
      (state.message, RunLimits.message), (failed.errorMessage, RunLimits.errorMessage),
    ] {
      #expect(text.hasPrefix("xé🦜é") && text.hasSuffix(" … (cut)") && !text.contains("\u{FFFD}"))
      #expect(((limit - 4)...limit).contains(text.utf8.count))
    }
    #expect(failed.traceback.hasPrefix("(cut) … ") && failed.traceback.hasSuffix("é🦜last line"))
    #expect(!failed.traceback.contains("\u{FFFD}"))
    #expect(
      ((RunLimits.traceback - 4)...RunLimits.traceback).contains(failed.traceback.utf8.count))
    #expect(failed.errorType == "E" && state.name == "Failed")
  }

  @Test func whatFitsIsKeptAsItIs() {
    let full = String(repeating: "x", count: RunLimits.message)
    for state in [
      RunState(.crashed(RunState.Crashed(signal: 9, note: full)), name: "Lost", message: full),
      RunState(.failed(RunState.Failed(errorMessage: full, traceback: full, retriable: false))),
      RunState(.completed(RunState.Completed())),
    ] {
      #expect(state.cut() == state)
    }
    guard case .crashed(let crashed) = RunState(.crashed(.init(note: full + "y"))).cut().detail
    else {
      Issue.record("it is no crash any more")
      return
    }
    #expect(crashed.note.hasSuffix(" … (cut)"))
  }

  @Test func aResultOutOfTheCacheNamesItsState() {
    let cached = RunState.Detail.completed(.init(cachedFrom: RunID(high: 1, low: 2)))
    #expect(RunState(cached).name == "Cached")
    #expect(RunState(cached, name: "Reused").name == "Reused")
    #expect(RunState(.completed(.init())).name == "Completed")
  }

  func completed(_ payload: Payload) -> RunState {
    RunState(.completed(RunState.Completed(result: payload)))
  }

  @Test func badReportsNameTheirField() {
    let id = RunID.v7(now: now, random: (1, 1))
    let good = Report(
      namespace: .standard, runID: id, epoch: 1, executionID: ExecutionID(high: 1, low: 1), seq: 1,
      actor: "a", item: .create(NewRun(kind: .flow, definition: "f")))
    func check(_ field: String?, _ change: (inout Report) -> Void) {
      var report = good
      change(&report)
      #expect(problem { () throws(InvalidValue) in try report.validate(now: now) } == field)
    }
    func create(_ change: (inout NewRun) -> Void) -> Report.Item {
      var run = NewRun(kind: .flow, definition: "f")
      change(&run)
      return .create(run)
    }
    check(nil) { _ in }
    check("epoch") { $0.epoch = 2 }
    check("seq") { $0.seq = 2 }
    check("execution_id") { $0.executionID = nil }
    check(nil) {
      $0.executionID = nil
      $0.epoch = 0
      $0.seq = 0
    }
    check("id") { $0.runID = RunID(high: 0, low: 0) }
    check("actor") { $0.actor = "\0" }
    check("create.definition") { $0.item = create { $0.definition = "" } }
    check("create.parent_id") { report in report.item = create { $0.parentID = id } }
    check("create.labels") { $0.item = create { $0.labels = ["": "x"] } }
    check("create.labels.k") { $0.item = create { $0.labels = ["k": "\0"] } }
    check("create.tags") { $0.item = create { $0.tags = [""] } }
    check("create.timeout") { $0.item = create { $0.timeout = .zero } }
    check("create.parameters") { $0.item = create { $0.parameters = "\0" } }
    check("execution_id") {
      $0.item = .propose(RunState(.running))
      $0.executionID = nil
    }
    check("epoch") {
      $0.item = .propose(RunState(.running))
      $0.epoch = 0
    }
    check("seq") {
      $0.item = .propose(RunState(.running))
      $0.seq = 0
    }
  }

  @Test func aDigestSeesEveryFieldAClientSends() {
    let base = NewRun(kind: .flow, definition: "f")
    var digests: Set<ContentDigest> = [ContentDigest(of: base)]
    let changes: [(inout NewRun) -> Void] = [
      { $0.kind = .task }, { $0.name = "n" }, { $0.definition = "g" },
      { $0.definitionVersion = "1" }, { $0.parentID = RunID(high: 0, low: 0) },
      { $0.dueTime = .epoch }, { $0.parameters = "{}" },
      { $0.dependencies = [NewRun.Dependency(runID: RunID(high: 0, low: 0))] },
      { $0.dependencies = [NewRun.Dependency(runID: RunID(high: 0, low: 0), isData: true)] },
      { $0.labels = ["a": "b"] }, { $0.labels = ["b": "a"] }, { $0.labels = ["a": "b", "c": "d"] },
      { $0.tags = ["a"] }, { $0.tags = ["a", "b"] }, { $0.tags = ["ab"] },
      { $0.timeout = .seconds(1) }, { $0.heartbeatInterval = .seconds(1) },
    ]
    for change in changes {
      var run = base
      change(&run)
      digests.insert(ContentDigest(of: run))
    }
    #expect(digests.count == changes.count + 1)
    var other = base
    other.createdBy = "someone"
    other.traceParent = "00-1"
    #expect(ContentDigest(of: other) == ContentDigest(of: base))
  }

  @Test func aDigestIsTheSameInEveryProcess() {
    let labels = Dictionary(uniqueKeysWithValues: (0..<20).map { ("key\($0)", "value\($0)") })
    let run = NewRun(
      kind: .task, definition: "get_number", parameters: #"{"x": 1}"#, labels: labels,
      tags: ["a", "b"])
    let digest = ContentDigest(of: run)
    // Stored in databases: a change of this number makes repeated creates look like other runs.
    #expect(
      digest == ContentDigest(high: 9_270_216_433_597_344_895, low: 17_558_390_837_153_470_574))
  }
}

// Decides that filters are read by AIP-160 and the table of fields, and refused with their position.

import MartletModel
import Testing

@Suite struct FilterTests {
  static let id = RunID("01a3185c-507b-7fff-bfff-ffffffffffff")!

  static let good: [(String, FilterExpression?)] = [
    ("", nil), ("  \n", nil),
    ("state.type = FAILED", .compare(.stateType, .equal, .stateType(.failed))),
    ("state=FAILED", .compare(.stateType, .equal, .stateType(.failed))),
    ("state.name != 'Late'", .compare(.stateName, .notEqual, .text("Late"))),
    ("kind = TASK", .compare(.kind, .equal, .kind(.task))),
    ("kind = RUN_KIND_TASK", .compare(.kind, .equal, .kind(.task))),
    ("state.type = STATE_TYPE_FAILED", .compare(.stateType, .equal, .stateType(.failed))),
    (
      #"flow = "etl-pipeline""#,
      .all([
        .compare(.kind, .equal, .kind(.flow)), .compare(.definition, .equal, .text("etl-pipeline")),
      ])
    ),
    ("definition = etl-*", .compare(.definition, .equal, .prefix("etl-"))),
    (#"definition = "etl-\*""#, .compare(.definition, .equal, .text("etl-*"))),
    ("name:kitti", .compare(.name, .has, .text("kitti"))),
    (#"labels.team = "x y""#, .compare(.label("team"), .equal, .text("x y"))),
    ("labels.my-team:x", .compare(.label("my-team"), .equal, .text("x"))),
    (#"labels."a b".c:*"#, .has(.label("a b.c"))),
    ("tags:nightly", .compare(.tags, .has, .text("nightly"))), ("tags:*", .has(.tags)),
    ("parent_id:*", .has(.parentID)), ("NOT parent_id:*", .not(.has(.parentID))),
    ("-parent_id:*", .not(.has(.parentID))),
    ("parent.definition = etl", .compare(.parent(.definition), .equal, .text("etl"))),
    ("parent.state = FAILED", .compare(.parent(.stateType), .equal, .stateType(.failed))),
    ("parent.labels.team:*", .has(.parent(.label("team")))),
    ("queue = urgent", .compare(.queue, .equal, .text("urgent"))),
    ("id = \(id)", .compare(.id, .equal, .id(id))),
    (
      "start_time > 2026-11-21T09:30:00Z",
      .compare(.startTime, .greater, .time(Instant(microseconds: 1_795_253_400_000_000)))
    ),
    (
      "end_time<='2026-11-21'",
      .compare(.endTime, .lessOrEqual, .time(Instant(microseconds: 1_795_219_200_000_000)))
    ),
    (
      "kind=FLOW AND kind=TASK OR kind=FLOW",
      .all([kind(.flow), .any([kind(.task), kind(.flow)])])
    ),
    (
      "(kind=FLOW AND kind=TASK) OR NOT kind=TASK",
      .any([.all([kind(.flow), kind(.task)]), .not(kind(.task))])
    ),
    (#"name = "say \"hi\"\n""#, .compare(.name, .equal, .text("say \"hi\"\n"))),
    ("name = AND", .compare(.name, .equal, .text("AND"))),
  ]

  static func kind(_ kind: RunKind) -> FilterExpression { .compare(.kind, .equal, .kind(kind)) }

  @Test(arguments: good.indices)
  func goodFiltersAreRead(index: Int) throws {
    let (text, expected) = Self.good[index]
    #expect(try FilterExpression.parse(text) == expected, "\(text)")
  }

  @Test(arguments: [
    ("state.type", 10), ("state.type =", 12), ("state.type = WRONG", 13), ("nothing = 1", 0),
    ("kind=FLOW kind=TASK", 10), ("kind=FLOW AND", 13), ("(kind=FLOW", 10), ("kind=FLOW)", 9),
    ("kind < FLOW", 5), ("tags = x", 5), ("labels = x", 0), ("labels. = x", 7),
    ("name = 'x", 7), ("name = a*b", 8), (#"name = "\q""#, 8), ("parent_id:x", 10),
    ("start_time > yesterday", 13), ("id = 7", 5), ("kind = FLOW*", 7), ("= x", 0), ("AND", 0),
    ("name(x)", 4), ("name = (x)", 7), ("kind=FLOW OR OR kind=TASK", 13), ("state.typo = X", 0),
    ("start_time:2026-11-21", 11), ("name = \"a\0\"", 7),
  ])
  func badFiltersNameTheirPosition(text: String, position: Int) {
    do {
      let expression = try FilterExpression.parse(text)
      Issue.record("\(text) is read as \(String(describing: expression))")
    } catch {
      #expect(error.position == position, "\(text): \(error)")
    }
  }

  @Test(arguments: [
    ("state.type = FAILED", false, false), ("state.type = COMPLETED", true, true),
    ("end_time > 2026-11-21", false, true), ("NOT end_time > 2026-11-21", true, true),
    ("NOT end_time:*", true, true), ("end_time:*", false, true),
    ("end_time:* AND kind = TASK", false, false), ("end_time:* AND kind = FLOW", false, true),
    ("end_time:* OR kind = TASK", false, true), ("NOT (end_time:* AND kind = TASK)", true, true),
    ("NOT (end_time:* OR kind = FLOW)", false, false),
    ("NOT (NOT end_time:* OR kind = TASK)", false, true),
    ("start_time:*", false, false), ("deployment = \"f/none\"", false, false),
    ("deployment != \"f/none\"", true, true),
  ])
  func aFieldMayBeUnknown(text: String, matches: Bool, mayMatch: Bool) throws {
    let content = NewRun(kind: .flow, definition: "f")
    let snapshot = RunSnapshot(
      id: Self.id, namespace: .standard, kind: .flow, parentID: nil, rootID: Self.id,
      contentDigest: ContentDigest(of: content), stateType: .completed, stateName: "Completed",
      epoch: 1, executionID: nil, sessionID: nil, lastSeq: 1, revision: 2, attempt: 0,
      startTime: nil, endTime: nil, transitionTime: .epoch, runningTime: .zero,
      isPresumptive: false, dueTime: nil)
    let run = FilteredRun(content: content, snapshot: snapshot, createTime: .epoch)
    let filter = try #require(try FilterExpression.parse(text))
    #expect(filter.matches(run) == matches)
    #expect(filter.mayMatch(run, whatever: .endTime) == mayMatch)
  }

  @Test func sizeAndDepthAreBounded() {
    let deep = String(repeating: "(", count: 5000)
    #expect(throws: QueryError.self) { try FilterExpression.parse(deep) }
    let nots = String(repeating: "NOT ", count: 60) + "kind=FLOW"
    #expect(throws: QueryError.self) { try FilterExpression.parse(nots) }
    let most = FilterExpression.mostComparisons
    let many = Array(repeating: "kind=FLOW", count: most + 1).joined(separator: " OR ")
    #expect(throws: QueryError.self) { try FilterExpression.parse(many) }
    let fine = Array(repeating: "kind=FLOW", count: most).joined(separator: " OR ")
    #expect(throws: Never.self) { try FilterExpression.parse(fine) }
    let long = "name = " + String(repeating: "x", count: FilterExpression.longestText)
    #expect(throws: QueryError.self) { try FilterExpression.parse(long) }
  }

  /// Any text is read or refused, and never read out of bounds.
  @Test(arguments: [1, 2, 3] as [UInt64]) func noTextIsTooStrange(seed: UInt64) {
    var random = Seeded(seed)
    let words = [
      "state", ".", "type", "=", "!=", "<", ":", "(", ")", "NOT", "AND", "OR", "-", "'", "\"", "\\",
      "*", " ", "labels", "é", "\u{0}", "FAILED", "tags", "2026-11-21", "\n",
    ]
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        words.randomElement(using: &random) ?? ""
      }
      .joined()
      do {
        _ = try FilterExpression.parse(text)
      } catch {
        #expect(0...text.utf8.count ~= error.position, "\(text)")
      }
    }
  }
}

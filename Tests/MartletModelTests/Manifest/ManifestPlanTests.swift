// Decides that plans name what differs, in the order in which it must be done, and remove only what was made before.

import MartletModel
import Testing

@Suite struct ManifestPlanTests {
  private func json(_ text: String) throws -> JSON { try JSON(parsing: text) }

  @Test func whatIsTheSameIsNotTouched() throws {
    let tree = try json(#"{"slots":5,"description":"x"}"#)
    let key = ManifestKey(.limit, "a")
    let plan = ManifestPlan(current: [key: tree], wanted: [(key, tree)], owned: [key])
    #expect(plan.operations == [])
  }

  @Test func changesAreNamedByTheirPath() throws {
    let key = ManifestKey(.deployment, "etl/prod")
    let old = try json(
      #"{"schedules":[{"name":"nightly","cron":"0 6 * * *"},{"cron":"@hourly"}],"tags":["a"],"parameters":{"x":1}}"#
    )
    let new = try json(
      #"{"schedules":[{"name":"nightly","cron":"0 5 * * *"},{"cron":"@daily"}],"tags":["a","b"],"parameters":{"x":1,"y":null},"paused":true}"#
    )
    let plan = ManifestPlan(current: [key: old], wanted: [(key, new)], owned: [])
    guard case .update(let changes)? = plan.operations.first?.action else {
      Issue.record("no update: \(plan)")
      return
    }
    #expect(
      changes.map(\.description) == [
        #"schedules[nightly].cron  "0 6 * * *" → "0 5 * * *""#,
        #"schedules[@daily]  none → {"cron":"@daily"}"#,
        #"schedules[@hourly]  {"cron":"@hourly"} → none"#, #"tags  ["a"] → ["a","b"]"#,
        "parameters.y  none → null", "paused  none → true",
      ])
  }

  @Test func whatOthersNeedComesFirstAndLeavesLast() throws {
    let tree = JSON.object([("a", .integer(1))])
    let wanted: [(ManifestKey, JSON)] = [
      (ManifestKey(.deployment, "f/b"), tree), (ManifestKey(.deployment, "f/a"), tree),
      (ManifestKey(.pool, "p"), tree), (ManifestKey(.variable, "v"), tree),
      (ManifestKey(.limit, "l"), tree),
    ]
    let old: [ManifestKey] = [
      ManifestKey(.variable, "old"), ManifestKey(.deployment, "f/old"), ManifestKey(.pool, "old"),
    ]
    let others = ManifestKey(.pool, "of somebody else")
    let current = Dictionary(uniqueKeysWithValues: (old + [others]).map { ($0, tree) })
    let plan = ManifestPlan(
      current: current, wanted: wanted, owned: Set(old + [ManifestKey(.limit, "gone already")]))
    #expect(
      plan.operations.map {
        "\($0.action == .delete ? "-" : "+") \($0.key.kind.word) \($0.key.name)"
      }
        == [
          "+ variable v", "+ limit l", "+ pool p", "+ deployment f/b", "+ deployment f/a",
          "- deployment f/old", "- pool old", "- variable old",
        ])
  }
}

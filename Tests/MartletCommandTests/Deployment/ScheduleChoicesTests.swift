// Decides that flags say the same of a schedule as a manifest does, and that a scope may stand before a limit's name.

import ArgumentParser
import MartletModel
import Testing

@testable import martlet

@Suite struct ScheduleChoicesTests {
  private func schedules(_ words: String...) throws -> [ScheduleManifest] {
    try ManifestReader().schedules(try ScheduleChoices.parse(words).entries())
  }

  @Test func everyFlagIsRead() throws {
    let schedule = try #require(
      try schedules(
        "--interval", "1h30m", "--timezone", "Europe/Berlin", "--anchor", "2026-01-01T00:00:00Z",
        "--catch-up", "all", "--catch-up-within", "6h", "--overlap", "buffer-one", "--jitter", "5m",
        "--skipped-times", "skip", "--repeated-times", "both", "--start", "2026-02-01",
        "--end", "2027-01-01T00:00:00Z"
      ).first)
    let anchor = try #require(Instant(rfc3339: "2026-01-01T00:00:00Z"))
    #expect(schedule.rule == .interval(.seconds(5400), anchor: anchor))
    #expect(schedule.zone == "Europe/Berlin")
    #expect(schedule.catchUp == CatchUp(.all, within: .hours(6)))
    #expect(schedule.overlap == .bufferOne)
    #expect(schedule.jitter == .seconds(300))
    #expect(schedule.clock == LocalTimePolicy(skipped: .skip, repeated: .both))
    #expect(schedule.start == Instant(rfc3339: "2026-02-01T00:00:00Z"))
    #expect(schedule.end == Instant(rfc3339: "2027-01-01T00:00:00Z"))
  }

  @Test(arguments: [
    (["--day-and-weekday"], false), (["--day_or", "false"], false), (["--day_or", "true"], true),
    ([], true),
  ])
  func bothDaysMayHaveToHold(_ words: [String], _ isEither: Bool) throws {
    let choices = try ScheduleChoices.parse(["--cron", "0 0 13 * 5"] + words)
    let all = try ManifestReader().schedules(try choices.entries())
    #expect(all.map(\.rule) == [.cron("0 0 13 * 5", isEitherDay: isEither)])
  }

  @Test func severalRulesAreSeveralSchedules() throws {
    let all = try schedules("--cron", "@daily", "--cron", "5 * * * *", "--rrule", "FREQ=DAILY")
    #expect(
      all.map(\.rule) == [
        .cron("@daily", isEitherDay: true), .cron("5 * * * *", isEitherDay: true),
        .recurrence("FREQ=DAILY"),
      ])
    #expect(try schedules().isEmpty)
  }

  @Test(arguments: [
    ["--timezone", "Europe/Berlin"], ["--anchor", "2026-01-01"], ["--jitter", "5m"],
    ["--cron", "61 * * * *"], ["--cron", "@daily", "--overlap", "often"],
    ["--start", "2026-01-01"], ["--interval", "60", "--day-and-weekday"],
    ["--cron", "@daily", "--end", "soon"], ["--cron", "@daily", "--catch-up-within", "5m"],
    ["--interval", "soon"],
  ])
  func isRefused(_ words: [String]) {
    #expect(throws: (any Error).self) {
      try ManifestReader().schedules(try ScheduleChoices.parse(words).entries())
    }
  }

  @Test(
    arguments: [
      ("api", nil, Scope.global, "api"), ("pool:p", nil, .pool, "p"), ("tag:a:b", nil, .tag, "a:b"),
      ("host:port", nil, .global, "host:port"), ("pool:p", .global, .global, "pool:p"),
      ("f/d", .deployment, .deployment, "f/d"), ("pool:", nil, .global, "pool:"),
    ] as [(String, Scope?, Scope, String)])
  func aScopeStandsBeforeTheName(_ text: String, _ given: Scope?, _ scope: Scope, _ name: String) {
    let split = Scope.split(text, given: given)
    #expect(split.scope == scope)
    #expect(split.name == name)
  }
}

// Tests schedules against croniter, python-dateutil and zoneinfo: random rules in all zones, from 1970 to 2040, most of
// them near a change of the clock. What is known to differ is listed in crosscheck.py.

import Dispatch
import Foundation
import MartletModel
import Synchronization
import Testing

@Suite struct ScheduleCrossCheckTests {
  /// `make schedules CASES=500000` for more.
  @Test(.timeLimit(.minutes(600))) func agreesWithPython() throws {
    let environment = ProcessInfo.processInfo.environment
    let seed = environment["MARTLET_SEED"].flatMap { UInt64($0) } ?? .random(in: 0...(1 << 50))
    let cases = environment["SCHEDULE_CASES"].flatMap { Int($0) } ?? 1500
    let firsts = Array(stride(from: 0, to: cases, by: Self.batch))
    let all = Mutex(Outcome())
    // Each batch has a Python of its own, as many at a time as there are processors.
    DispatchQueue.concurrentPerform(iterations: firsts.count) { index in
      let outcome = Outcome(
        seed: seed, first: firsts[index], count: min(Self.batch, cases - firsts[index]))
      all.withLock { $0.add(outcome) }
    }
    let (counts, failures, slow) = all.withLock { ($0.counts, $0.failures, $0.slow) }
    print("schedules: \(counts.sorted { $0.key < $1.key }), \(slow) too slow for Python")
    for failure in failures.prefix(20) { Issue.record("\(failure)") }
    #expect(failures.count <= 20, "and \(failures.count - 20) more")
    #expect(counts["zone", default: 0] > 500)
    #expect(counts["cron", default: 0] > cases / 4 && counts["rrule", default: 0] > cases / 4)
    #expect(slow < cases / 4)
  }

  private static let batch = 2500

  /// What came of cases.
  private struct Outcome {
    var counts: [String: Int] = [:]
    var failures: [String] = []
    var slow = 0

    init() {}

    init(seed: UInt64, first: Int, count: Int) {
      do {
        let output = try python(
          "crosscheck.py", "\(seed + UInt64(first))", "\(count)", first == 0 ? "zones" : "no-zones",
          ZoneFile.directory)
        for line in output.split(separator: "\n") {
          let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
          if fields[0] == "end" {
            slow += Int(fields[1]) ?? 0
            continue
          }
          counts[String(fields[0]), default: 0] += 1
          if let difference = try ScheduleCrossCheckTests.difference(fields) {
            failures.append("MARTLET_SEED=\(seed) \(difference)\n  \(line)")
          }
        }
      } catch { failures.append("MARTLET_SEED=\(seed): \(error)") }
    }

    mutating func add(_ other: Outcome) {
      counts.merge(other.counts, uniquingKeysWith: +)
      failures += other.failures
      slow += other.slow
    }
  }

  /// What is wrong with a case; nil when nothing is.
  fileprivate static func difference(_ fields: [Substring]) throws -> String? {
    let zone = try ZoneFile.zone(String(fields[1]))
    if fields[0] == "zone" {
      for pair in fields[7].split(separator: ",") {
        let numbers = pair.split(separator: ":").compactMap { Int64($0) }
        let offset = zone.offset(at: Instant(microseconds: numbers[0] * 1_000_000))
        if Int64(offset) != numbers[1] { return "\(fields[1]) at \(numbers[0]): \(offset)" }
      }
      return nil
    }
    let expected = fields[7].split(separator: ",").compactMap { Int64($0) }
    let from = try #require(Int64(fields[4]))
    let found: [Int64]
    do {
      let schedule = try Schedule(
        try rule(fields), zone: zone.name,
        policy: LocalTimePolicy(
          skipped: fields[2] == "skip" ? .skip : .shift,
          repeated: fields[3] == "first" ? .first : fields[3] == "second" ? .second : .both))
      let isAll = fields[6] == "all"
      found =
        try schedule.occurrences(
          from: Instant(microseconds: from * 1_000_000),
          limit: expected.count + (isAll && expected.count < 10 ? 1 : 0), in: zone
        ).map { $0.instant.microseconds / 1_000_000 }
    } catch {
      return expected.isEmpty ? nil : "\(error)"
    }
    guard found != expected else { return nil }
    return "found \(found.map(String.init).joined(separator: ","))"
  }

  private static func rule(_ fields: [Substring]) throws -> Schedule.Rule {
    let text = String(fields[5])
    switch fields[0] {
    case "cron": return .cron(try CronExpression(text, isEitherDay: fields[6] == "or"))
    case "rrule":
      return .recurrence(try Recurrence(text.split(separator: "|").joined(separator: "\n")))
    default:
      let numbers = text.split(separator: " ").compactMap { Int64($0) }
      return .interval(
        try IntervalRule(
          length: .seconds(numbers[0]), anchor: Instant(microseconds: numbers[1] * 1_000_000)))
    }
  }
}

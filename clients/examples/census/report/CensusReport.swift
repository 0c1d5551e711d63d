// The third task: writes the report as Markdown, and records it as the artifact of the flow's run.

import Foundation
import Martlet

/// What the second task found.
private struct Summary: Decodable {
  struct Section: Decodable {
    var section: String
    var packages: Int
    var kib: Int
  }
  struct Package: Decodable {
    var name: String
    var version: String
    var section: String
    var kib: Int
    var installedAt: Int
  }
  var packages: Int
  var kib: Int
  var sections: [Section]
  var largest: [Package]
  var newest: [Package]
}

@main
enum CensusReport {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      FileHandle.standardError.write(Data("usage: census-report SUMMARY.json REPORT.md\n".utf8))
      exit(2)
    }
    let source = URL(filePath: arguments[1])
    let target = URL(filePath: arguments[2])

    try await withReporting { reporting in
      try await reporting.task("report") { run in
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let summary = try decoder.decode(Summary.self, from: Data(contentsOf: source))
        let report = markdown(summary)
        try Data(report.utf8).write(to: target)
        await run.log("\(report.utf8.count) bytes of Markdown written")
        await run.artifact(
          "package-census", markdown: report, description: "The packages of this machine",
          of: reporting.parentRunID)
      }
    }
  }

  private static func markdown(_ summary: Summary) -> String {
    var lines = [
      "# Package census", "",
      "\(summary.packages) packages installed, \(size(summary.kib)) in all.", "",
      "## By section", "", "| section | packages | installed |", "| --- | ---: | ---: |",
    ]
    lines += summary.sections.map { "| \($0.section) | \($0.packages) | \(size($0.kib)) |" }
    lines += [
      "", "## The twenty largest", "", "| package | version | section | installed |",
      "| --- | --- | --- | ---: |",
    ]
    lines += summary.largest.map {
      "| \($0.name) | \($0.version) | \($0.section) | \(size($0.kib)) |"
    }
    lines += [
      "", "## The newest", "", "| package | version | installed on |", "| --- | --- | --- |",
    ]
    lines += summary.newest.map { "| \($0.name) | \($0.version) | \(day($0.installedAt)) |" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func size(_ kib: Int) -> String {
    kib < 1024
      ? "\(kib) KiB" : String(format: "%.1f MiB", Double(kib) / 1024)
  }

  private static func day(_ seconds: Int) -> String {
    Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(
      .iso8601.year().month().day())
  }
}

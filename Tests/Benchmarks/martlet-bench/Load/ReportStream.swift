// Decides how a stream of reports is driven: a frame at a time, the next when the answer is there.

import ArgumentParser
import Martlet
import MartletCall
import MartletProto

/// An open stream whose frames are answered one by one.
struct ReportStream: Sendable {
  private let call: ClientCall<ReportRequest, ReportResponse>

  /// Opens the stream; its runs belong to a session of its own, whose lease the first frame begins.
  init(_ road: Road) async throws {
    call = try await ReportServiceClient(channel: road.channel).report()
    try await call.requests.write(ReportRequest(session: executorSession()))
  }

  /// Sends a frame and awaits its verdicts.
  func report(_ step: RunGroup.Step, of group: RunGroup) async throws {
    try await call.requests.write(ReportRequest(reports: group.reports(step)))
    while true {
      guard let response = try await call.responses.next() else {
        throw ValidationError("the server ended the stream")
      }
      // A frame without results is a directive.
      guard response.results.isEmpty else { return try group.check(response.results) }
    }
  }

  /// Says that no frame follows, and waits until the server agrees.
  func finish() async throws {
    try await call.finishRequests()
    while try await call.responses.next() != nil {}
  }

  /// Takes groups of runs through their lives for as long as `goesOn`; returns the transitions.
  static func drive(
    _ road: Road, runs: Int, while goesOn: @Sendable () -> Bool
  ) async throws -> Int {
    let stream = try await ReportStream(road)
    var count = 0
    while goesOn() {
      let group = RunGroup(size: runs)
      for step in RunGroup.Step.allCases {
        try await stream.report(step, of: group)
        count += runs
      }
    }
    try await stream.finish()
    return count
  }
}

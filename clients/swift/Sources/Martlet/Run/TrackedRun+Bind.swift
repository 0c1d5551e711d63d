// Decides how a process takes a run that was offered: it asks for RUNNING in a call of its own, again and again with the
// same execution and number until the server decides, and never through the spool, for nobody may begin it later.

internal import MartletCall
internal import MartletProto
internal import MartletRPC

extension TrackedRun {
  private static let callLimit = Duration.seconds(10)
  private static let standardPause = Duration.milliseconds(200)
  // A pause is a hint of the server's; the run may be free sooner.
  private static let longestPause = Duration.seconds(10)

  /// Enters RUNNING as the offer's executor.
  ///
  /// - Throws: `RunError` when the run is not this process's to begin; `CancellationError`.
  func bind() async throws {
    let report = numbered(.propose(.observed(.running)))
    var backOff = BackOff()
    while true {
      let result: ReportResult
      do {
        result = try await ask(report)
      } catch let status as Status where status.code.mayPass {
        try await Task.sleep(for: backOff.next())
        continue
      }
      switch result.outcome {
      case .error(let error) where error.mayPass:
        try await Task.sleep(for: backOff.next())
      case .error(let error): try check(.error(error))
      case .verdict(let verdict) where verdict.code == .wait:
        backOff.reset()
        try await Task.sleep(for: min(verdict.wait ?? Self.standardPause, Self.longestPause))
      case .verdict(let verdict): return try await begin(on: verdict)
      case nil: throw Status(.internal, "the server gave no outcome")
      }
    }
  }

  private func ask(_ report: RunReport) async throws -> ReportResult {
    let response = try await reporting.client.channel.unary(
      ReportServiceMethods.batchReport, reporting.reporter.frame([report]),
      returning: BatchReportResponse.self, options: CallOptions(timeout: Self.callLimit))
    guard let result = response.results.first else {
      throw Status(.internal, "the server did not answer the report")
    }
    return result
  }

  private func begin(on verdict: Verdict) async throws {
    if verdict.code != .fenced, verdict.code != .refused {
      switch verdict.state?.type {
      case .cancelling:
        // Stopped before it began: nobody but its owner can say that it has stopped.
        _ = await reporting.reporter.submit(numbered(.propose(.observed(.cancelled))))
        throw RunError.cancelled
      case .cancelled: throw RunError.cancelled
      default: break
      }
    }
    try check(.verdict(verdict))
  }
}

extension ReportError {
  fileprivate var mayPass: Bool {
    StatusCode(rawValue: UInt8(clamping: code))?.mayPass ?? false
  }
}

extension StatusCode {
  /// Whether the same question may be answered later.
  fileprivate var mayPass: Bool {
    switch self {
    case .unavailable, .deadlineExceeded, .resourceExhausted, .aborted, .cancelled: true
    default: false
    }
  }
}

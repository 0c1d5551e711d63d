// Decides how a process sends what dead ones have left: file by file, each in its order and for the session that wrote
// it, so that a run whose process died in its middle is missed after a lease, as it should be. A report that had been
// answered before is answered again as then: every seq, line and artifact is known by its key.

internal import Glibc
package import MartletCall
internal import MartletProto

/// Sends the spools of dead processes.
package enum SpoolReplay {
  /// How a file was left.
  private enum Ending { case answered, refused, notYet }

  /// For how long nothing of a file may be decided, because its runs are told to wait, before it is left for another
  /// time.
  package static let patience = Duration.seconds(5)
  // A creation may come before that of its parent, which waits in somebody else's spool. For how long that is hoped for.
  private static let hope = 24 * 3600

  /// Sends each file, and deletes what was answered. Files with something that the server refuses to decide, or cannot
  /// read, are kept with the ending `.refused`, for people.
  ///
  /// - Returns: how many reports were answered.
  /// - Throws: `Status` when the server is away, `CancellationError`; what is left stays.
  @discardableResult
  package static func run(
    _ directory: String, to channel: any CallChannel, patience: Duration = SpoolReplay.patience
  ) async throws -> Int {
    let files = Spool.files(in: directory)
    // Every run is begun before any is ended: nothing may begin below a run that has ended.
    if files.count > 1 {
      try await pass(over: files, through: .beginnings, to: channel, patience)
    }
    return try await pass(over: files, through: .ends, to: channel, patience)
  }

  /// How far a file is sent.
  private enum Extent { case beginnings, ends }

  /// Sends files; those whose runs lie below others' wait, and are looked at again while others get through.
  @discardableResult
  private static func pass(
    over files: [String], through extent: Extent, to channel: any CallChannel, _ patience: Duration
  ) async throws -> Int {
    var answered = 0
    var waiting = files
    while !waiting.isEmpty {
      var left: [String] = []
      for path in waiting {
        try Task.checkCancellation()
        let file = open(path, O_RDWR | O_CLOEXEC)
        guard file >= 0 else { continue }
        defer { close(file) }
        guard Spool.lock(file) else { continue }
        let ending = try await send(file, through: extent, to: channel, patience, &answered)
        switch (ending, extent) {
        case (.notYet, _): left.append(path)
        case (_, .beginnings): break
        case (.answered, .ends): unlink(path)
        case (.refused, .ends): rename(path, "\(path.dropLast(".spool".count)).refused")
        }
      }
      guard left.count < waiting.count else { break }
      waiting = left
    }
    return answered
  }

  private static func send(
    _ file: Int32, through extent: Extent, to channel: any CallChannel, _ patience: Duration,
    _ answered: inout Int
  ) async throws -> Ending {
    let age = age(of: file)
    var reader = SpoolReader(file)
    var ledger = ReportLedger()
    var ticket: UInt64 = 0
    var ending = Ending.answered
    var givesUp = ContinuousClock.now + patience
    // So many reports are sent one by one: the server could not read a frame with one of them.
    var suspects = 0
    var record = reader.next()
    // A file is one reporter's, so every record has the same session.
    var request = BatchReportRequest(namespace: record?.namespace ?? "", session: record?.session)
    while record != nil || ledger.count > 0 {
      while let next = record, ledger.count < 500 {
        var isOver = false
        for report in next.reports {
          isOver = extent == .beginnings && report.isEnd
          guard !isOver else { break }
          ticket += 1
          guard let settlement = ledger.append(report, ticket: ticket) else { continue }
          answered += 1
          if case .error = settlement.outcome { ending = .refused }
        }
        record = isOver ? nil : reader.next()
      }
      let now = ContinuousClock.now
      request.reports = ledger.takeFrame(
        maxCount: suspects > 0 ? 1 : 100, maxBytes: 1 << 20, at: now)
      guard !request.reports.isEmpty else {
        guard let held = ledger.nextHeld else { continue }
        guard held < givesUp else { return .notYet }
        try await Task.sleep(until: held, clock: .continuous)
        continue
      }
      let results: [ReportResult]
      do {
        let response = try await channel.unary(
          ReportServiceMethods.batchReport, request, returning: BatchReportResponse.self,
          options: CallOptions(timeout: .seconds(10)))
        results = response.results
      } catch let status as Status where status.code == .invalidArgument {
        guard request.reports.count == 1 else {
          suspects = request.reports.count
          ledger.recall()
          continue
        }
        let refusal = ReportError(code: Int32(status.code.rawValue), message: status.message)
        results = [ReportResult(outcome: .error(refusal))]
      }
      guard let settled = ledger.answer(results, at: .now) else {
        throw Status(.internal, "the server answered what was not asked")
      }
      suspects = max(0, suspects - results.count)
      answered += settled.count
      if !settled.isEmpty { givesUp = .now + patience }
      for settlement in settled {
        guard case .error(let error) = settlement.outcome else { continue }
        ending = .refused
        if case .create = settlement.report.item, age < hope,
          error.code == Int32(StatusCode.notFound.rawValue)
        {
          return .notYet
        }
      }
    }
    return ending
  }

  private static func age(of file: Int32) -> Int {
    var status = stat()
    return fstat(file, &status) == 0 ? time(nil) - status.st_mtim.tv_sec : 0
  }
}

extension RunReport {
  /// Whether it ends its run.
  fileprivate var isEnd: Bool {
    if case .propose(let state) = item { state.type.isFinal } else { false }
  }
}

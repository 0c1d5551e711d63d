// Decides when a reporter speaks: it asks whether the server is there, opens a stream, sends frames as they fill and a
// heartbeat three times a lease, and begins anew with growing pauses when the stream breaks or falls silent.

internal import MartletCall
internal import MartletProto
internal import MartletRPC
internal import MartletWire

extension Reporter {
  // Enough to keep the server busy; more would only be repeated when the stream breaks.
  private static let mostFramesInFlight = 32
  private static let probeLimit = Duration.seconds(3)
  // The last look waits for a new connection: the channel may be resting after a failure of before.
  private static let lastProbeLimit = Duration.milliseconds(1500)

  /// Talks to the server until `close` is done, or until the task is cancelled.
  public func run() async {
    var backOff = BackOff()
    while !(isClosing && unanswered == 0), !hasGivenUp, !Task.isCancelled {
      let begin = ContinuousClock.now
      let isLastLook = isClosing
      do {
        try await converse { backOff.reset() }
      } catch {
        isolate(error)
        ledger.recall()
        if isLastLook { attemptsSinceClosing += 1 }
        if isAway {
          goToDisk()
          resumeAll()
        }
        closerBell.ring()
        if Task.isCancelled || hasGivenUp { break }
        // What failed had begun before the close: that says nothing of the server now.
        if isClosing, !isLastLook { continue }
        if ContinuousClock.now > begin + .seconds(30) { backOff.reset() }
        await retryBell.wait(until: .now + backOff.next())
      }
    }
    hasEnded = true
    ledger.recall()
    if unanswered > 0 { goToDisk() }
    spool?.sync()
    resumeAll(toldToWaitToo: true)
    releaseSpace()
    closerBell.ring()
    directiveSink.finish()
  }

  /// Finds the report that the server cannot read: what flies is sent again one by one, and what is refused alone is
  /// answered so.
  private func isolate(_ error: any Error) {
    guard !isAway, let status = error as? Status, status.code == .invalidArgument else { return }
    guard ledger.reportsInFlight == 1 else {
      suspects = ledger.reportsInFlight
      return
    }
    suspects = max(0, suspects - 1)
    let refusal = ReportError(
      code: Int32(status.code.rawValue), reason: status.reason ?? "", message: status.message)
    for settlement in ledger.answer([ReportResult(outcome: .error(refusal))], at: .now) ?? [] {
      resume(settlement.ticket, Answer(settlement.outcome))
    }
    forgetDisk()
    releaseSpace()
  }

  private func converse(_ established: () -> Void) async throws {
    try await probe()
    let call = try await channel.open(
      ReportServiceMethods.report, sending: ReportRequest.self, returning: ReportResponse.self,
      options: CallOptions())
    defer { call.cancel() }
    nextHeartbeat = .now + settings.lease / 3
    refill()
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask {
        do { try await self.write(call) } catch {
          call.cancel()
          throw error
        }
      }
      group.addTask {
        do { try await self.watch() } catch {
          call.cancel()
          throw error
        }
      }
      while let response = try await call.responses.next() {
        established()
        try hear(response)
      }
    }
    guard isClosing, unanswered == 0 else {
      throw Status(.unavailable, "the server closed the stream")
    }
  }

  /// Renews the lease with a call of its own, which tells at once whether the server is there.
  private func probe() async throws {
    let request = BatchReportRequest(namespace: settings.namespace, session: session)
    let response: BatchReportResponse
    do {
      response = try await channel.unary(
        ReportServiceMethods.batchReport, request, returning: BatchReportResponse.self,
        options: isClosing
          ? CallOptions(timeout: Self.lastProbeLimit, waitsForReady: true)
          : CallOptions(timeout: Self.probeLimit))
    } catch {
      isAway = true
      throw error
    }
    isAway = false
    obey(response.directives)
  }

  // MARK: Writing

  private func write(_ call: ClientCall<ReportRequest, ReportResponse>) async throws {
    while let frame = try await nextFrame() {
      try await call.requests.write(frame)
    }
    try await call.finishRequests()
  }

  private func nextFrame() async throws -> ReportRequest? {
    while true {
      try Task.checkCancellation()
      if hasGivenUp { throw CancellationError() }
      refill()
      let now = ContinuousClock.now
      var wake = nextHeartbeat
      if now < slowUntil {
        wake = slowUntil
      } else if let frame = frame(at: now, orWake: &wake) {
        return frame
      } else if isClosing, unanswered == 0 {
        return nil
      }
      await writerBell.wait(until: wake)
    }
  }

  private func frame(at now: ContinuousClock.Instant, orWake wake: inout ContinuousClock.Instant)
    -> ReportRequest?
  {
    let sendable = ledger.sendable(at: now)
    var frame = ReportRequest(namespace: settings.namespace, session: session)
    if sendable > 0, ledger.framesInFlight < (suspects > 0 ? 1 : Self.mostFramesInFlight) {
      // Reports that nobody waits for wait for company.
      if let lingerUntil, now < lingerUntil, sendable < settings.frameCount, waiters.isEmpty,
        !isClosing
      {
        wake = min(wake, lingerUntil)
      } else {
        frame.reports = ledger.takeFrame(
          maxCount: suspects > 0 ? 1 : settings.frameCount, maxBytes: settings.frameBytes, at: now)
        if ledger.sendable(at: now) == 0 { lingerUntil = nil }
      }
    }
    guard !frame.reports.isEmpty || now >= nextHeartbeat else {
      if let held = ledger.nextHeld { wake = min(wake, max(held, now)) }
      return nil
    }
    nextHeartbeat = now + settings.lease / 3
    return frame
  }

  private nonisolated var session: Session {
    Session(id: sessionID, lease: settings.lease, holder: settings.holder)
  }

  /// A frame for a call beside the stream, in this reporter's session.
  nonisolated func frame(_ reports: [RunReport]) -> BatchReportRequest {
    var request = BatchReportRequest(namespace: settings.namespace, session: session)
    request.reports = reports
    return request
  }

  // MARK: Reading

  /// Throws when a frame is not answered in time: the connection may be up and the server stopped all the same.
  private func watch() async throws {
    while true {
      let limit = settings.answerLimit
      let now = ContinuousClock.now
      let due = ledger.oldestFlight.map { max($0, lastHeard) + limit } ?? now + limit
      if due <= now {
        isAway = true
        throw Status(.deadlineExceeded, "the server does not answer")
      }
      try await Task.sleep(until: due, clock: .continuous)
    }
  }

  private func hear(_ response: ReportResponse) throws {
    lastHeard = .now
    isAway = false
    obey(response.directives)
    guard !response.results.isEmpty else { return }
    suspects = max(0, suspects - response.results.count)
    let told = response.results.contains { result in
      if case .verdict(let verdict) = result.outcome { verdict.code == .wait } else { false }
    }
    guard let settled = ledger.answer(response.results, at: .now) else {
      throw Status(.internal, "the server answered a frame that was not sent")
    }
    for settlement in settled { resume(settlement.ticket, Answer(settlement.outcome)) }
    if told { toldToWait.formUnion(ledger.heldTickets.intersection(waiters.keys)) }
    forgetDisk()
    releaseSpace()
    writerBell.ring()
    if unanswered == 0 { closerBell.ring() }
  }

  private func obey(_ directives: [Directive]) {
    for directive in directives {
      switch directive.kind {
      case .slowDown(let slowDown): slowUntil = max(slowUntil, .now + (slowDown.wait ?? .zero))
      case .askAgain(let again):
        ledger.release(again.runID)
        writerBell.ring()
      default: directiveSink.yield(directive)
      }
    }
  }
}

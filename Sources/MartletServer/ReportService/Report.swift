// Decides how a stream of reports is served: frames are read while earlier ones are being committed, answers keep the
// order, and directives slip in between.

internal import MartletCall
internal import MartletEngine
internal import MartletModel
internal import MartletProto
internal import MartletRPC

extension ReportHandlers {
  func report(
    _ requests: MessageStream<ReportRequest>, to responses: MessageWriter<ReportResponse>,
    context: CallContext
  ) async throws {
    let stream = ReportStream(backend: backend, responses: responses, context: context)
    try await answering { try await stream.serve(requests) }
  }
}

/// One stream while it is served.
private final class ReportStream: Sendable {
  /// The most frames that may be under way; the stream is not read beyond that.
  private static let framesUnderWay = 16

  private let backend: Backend
  private let responses: MessageWriter<ReportResponse>
  private let context: CallContext
  private let order = AnswerOrder(limit: framesUnderWay)
  private let failure = AnswerFailure()
  private let listener = SessionHub.Listener()

  init(backend: Backend, responses: MessageWriter<ReportResponse>, context: CallContext) {
    self.backend = backend
    self.responses = responses
    self.context = context
  }

  /// Serves until the client has said all, or the server stops.
  func serve(_ requests: MessageStream<ReportRequest>) async throws {
    backend.sessions.enter(listener)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addImmediateTask { try await self.read(requests) }
      group.addImmediateTask {
        try await self.tell()
        // Only a client that has said all, or the end of the server, ends the directives.
        throw Status.unavailable("the server is stopping", retryAfter: .milliseconds(200))
      }
      // A frame that could not be answered ends the stream at once, though the client says no more.
      group.addImmediateTask { try await self.failure.wait() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func read(_ requests: MessageStream<ReportRequest>) async throws {
    var namespace: Namespace?
    var session: SessionID?
    defer { backend.sessions.leave(listener, session: session) }
    // Discarding: a finished answer leaves nothing behind, however long the stream lives.
    try await withThrowingDiscardingTaskGroup { group in
      while let request = try await requests.next() {
        let space = try namespace ?? backend.namespace(request.namespace, context)
        namespace = space
        if let renewed = try await ReportHandlers(backend: backend).renew(
          request.session, namespace: space, actor: context.principal.name, isHeartbeat: false)
        {
          if renewed.id != session {
            backend.sessions.leave(listener, session: session)
            session = renewed.id
            backend.sessions.join(listener, session: renewed.id, in: space)
          }
          for directive in renewed.directives { listener.send(directive) }
        }
        guard !request.reports.isEmpty else { continue }
        let frame = ReportFrame(
          backend: backend, namespace: space, session: session, actor: context.principal.name,
          waits: { self.tell(of: $0, in: $1) })
        let ticket = await order.ticket()
        // Immediate: the frame is in the store's queue before the next one is read.
        group.addImmediateTask {
          do { try await self.answer(frame, request.reports, ticket) } catch {
            self.failure.report(error)
            throw error
          }
        }
      }
    }
  }

  private func answer(_ frame: ReportFrame, _ reports: [RunReport], _ ticket: Int) async throws {
    let results: Result<[ReportResult], any Error>
    do { results = .success(try await frame.decide(reports)) } catch { results = .failure(error) }
    await order.wait(ticket)
    defer { order.done() }
    try await responses.write(ReportResponse(results: results.get()))
  }

  /// Has the client told when a run of its has left the line that it stands in.
  private func tell(of run: RunID, in line: SlotLine) {
    backend.room.tell(of: line.lease, within: line.pause.duration) { [weak listener] in
      var again = Directive.AskAgain()
      again.runID = run.description
      listener?.send(Directive(kind: .askAgain(again)))
    }
  }

  private func tell() async throws {
    for await directive in listener.directives {
      let ticket = await order.ticket()
      await order.wait(ticket)
      defer { order.done() }
      try await responses.write(ReportResponse(directives: [directive]))
    }
  }
}

/// The first frame of a stream that could not be answered.
private final class AnswerFailure: Sendable {
  private let events = AsyncThrowingStream<Void, any Error>.makeStream()

  /// Says that a frame could not be answered.
  func report(_ error: any Error) { events.continuation.finish(throwing: error) }

  /// Throws when a frame could not be answered; returns only when cancelled.
  func wait() async throws { for try await _ in events.stream {} }
}

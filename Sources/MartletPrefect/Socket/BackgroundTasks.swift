// Decides how background tasks come to a task worker: each is claimed before it is told, so that one worker alone has it, and
// given back unless it is acknowledged. The claim belongs to a session that lasts as long as the connection: what a worker
// has claimed and not begun waits again when it is gone, and what it ran has crashed.

internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC

/// A subscription of a task worker.
struct BackgroundTasks {
  /// How often the session is renewed, and how long it lasts without.
  private static let (pace, lease) = (Duration.seconds(10), Duration.seconds(30))
  private static let violation: UInt16 = 4001

  /// Why a subscription ends.
  private enum Fault: Error {
    case violation(String)
  }

  let api: PrefectAPI
  let socket: WebSocket
  let context: CallContext

  /// Serves until the worker closes.
  ///
  /// - Parameter first: what came already.
  func run(_ first: [WebSocket.Message]) async throws {
    let (texts, heard) = AsyncStream.makeStream(of: String.self)
    let line = TaskLine(api: api, context: context)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        defer {
          heard.finish()
          line.end()
        }
        try await listen(first, heard)
      }
      group.addTask {
        do {
          try await serve(line, texts)
          await socket.close(1000)
        } catch Fault.violation(let reason) {
          await socket.close(Self.violation, "Protocol violation: \(reason)")
        } catch {
          await socket.close(1011, "not now: connect again")
          throw error
        }
      }
      try await group.waitForAll()
    }
  }

  /// Answers pings, and passes texts on, until the worker closes.
  private func listen(
    _ first: [WebSocket.Message], _ heard: AsyncStream<String>.Continuation
  ) async throws {
    var messages = first
    while true {
      for message in messages {
        switch message {
        case .ping(let payload): try await socket.pong(payload)
        case .text(let text): heard.yield(text)
        case .end: return
        }
      }
      messages = await socket.next()
      if messages.isEmpty { return }
    }
  }

  private func serve(_ line: TaskLine, _ texts: AsyncStream<String>) async throws {
    var said = texts.makeAsyncIterator()
    guard let text = await said.next() else { return }
    let asked = (try? JSON(parsing: text)) ?? .null
    guard asked["type"] == .text("subscribe") else {
      throw Fault.violation("expected 'subscribe' message")
    }
    guard let keys = asked["keys"].flatMap({ try? [String]($0, at: []) }), !keys.isEmpty else {
      throw Fault.violation("expected 'keys' in subscribe message")
    }
    guard let name = asked["client_id"]?.text, !name.isEmpty else {
      throw Fault.violation("expected 'client_id' in subscribe message")
    }
    let session = Session(
      id: UUIDValue.derived(from: ["prefect task worker", name], version: 4).text,
      lease: Self.lease, holder: "Prefect task worker \(name.prefix(200))")
    api.taskWorkers.enter(name, keys)
    defer { api.taskWorkers.leave(name) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      group.addTask { try await line.fill(with: Set(keys)) }
      group.addTask {
        while true {
          try await Task.sleep(for: Self.pace)
          _ = try await api.services.reports.batchReport(
            BatchReportRequest(session: session), context: context)
          api.taskWorkers.see(name)
        }
      }
      group.addTask { try await deliver(line, session, texts) }
      try await group.next()
    }
  }

  /// Gives the worker one task after the other.
  private func deliver(
    _ line: TaskLine, _ session: Session, _ texts: AsyncStream<String>
  ) async throws {
    try await withThrowingDiscardingTaskGroup { group in
      defer { group.cancelAll() }
      var answers = texts.makeAsyncIterator()
      for await id in line.ids {
        guard let uuid = UUIDValue(text: id), let run = try await api.find(uuid, context) else {
          continue
        }
        let outcome = try await api.taskWorkers.alone(with: run.id) {
          try await TaskClaim.make(of: run, session, api, context)
        }
        switch outcome {
        case nil, .taken: continue
        case .early(let delay):
          group.addTask {
            try? await Task.sleep(for: delay)
            line.add(run.id)
          }
        case .claimed(let claim):
          var answer: JSON?
          do {
            try await socket.send(try Shape.TaskRun(run).json.description)
            answer = await answers.next().map { (try? JSON(parsing: $0)) ?? .null }
          } catch {
            try await claim.giveBack()
            throw error
          }
          if answer?["type"] == .text("ack") { continue }
          try await claim.giveBack()
          guard let answer, answer["type"] != .text("quit") else { return }
          throw Fault.violation("expected 'ack' message")
        }
      }
    }
  }
}

// Decides what is said on the channel of a Prefect worker: who it is, what its pool is like, signs of life, and the pool anew
// when it has changed. Runs it looks for by REST; a run to be torn down is not told here.

internal import Logging
internal import MartletCall
internal import MartletHTTP
internal import MartletModel
internal import MartletProto
internal import MartletRPC

/// The channel of one worker.
struct WorkerChannel {
  private static let version = "work_pool_worker_channel.v1"
  private static let capabilities = ["worker_heartbeat.v1", "work_pool_snapshot.v1"]

  /// Why a channel is closed.
  private enum Fault: Error {
    case violation(String)
    case refusal(String)
    case version
  }

  let api: PrefectAPI
  let socket: WebSocket
  let context: CallContext
  let pool: String

  /// Serves until the worker closes.
  ///
  /// - Parameter first: what came already.
  func run(_ first: [WebSocket.Message]) async throws {
    var messages = first
    var worker: Worker?
    do {
      while true {
        for message in messages {
          switch message {
          case .ping(let payload): try await socket.pong(payload)
          case .end: return await socket.close(1000)
          case .text(let text):
            guard let frame = try? JSON(parsing: text) else {
              throw Fault.violation("protocol_error")
            }
            if worker == nil {
              worker = try await greet(frame)
            } else if frame["type"] == .text("worker.heartbeat.v1") {
              try await beat(&worker)
            }
          }
        }
        messages = await socket.next()
        if messages.isEmpty { return }
      }
    } catch Fault.violation(let reason) {
      await socket.close(1002, reason)
    } catch Fault.refusal(let reason) {
      await socket.close(1008, reason)
    } catch Fault.version {
      await socket.close(1008, "unsupported_version")
    }
  }

  /// A worker that has said who it is.
  private struct Worker {
    let name: String
    let pace: Int?
    var etag: String
    var sequence = 1
  }

  private func greet(_ frame: JSON) async throws -> Worker {
    guard frame["type"] == .text("worker.hello.v1"), let hello = frame["payload"],
      let name = hello["worker_name"]?.text, !name.isEmpty, let consumer = hello["consumer_id"],
      case .array(let versions)? = hello["supported_channel_versions"]
    else { throw Fault.violation("protocol_error") }
    guard versions.contains(.text(Self.version)) else { throw Fault.version }
    let (pool, queues) = try await pool(hello)
    let wanted = hello["work_queue_names"].flatMap { try? [String]($0, at: []) } ?? []
    guard wanted.allSatisfy({ name in queues.contains { $0.name == name } }) else {
      throw Fault.refusal("authorization_failed")
    }
    let pace = hello["heartbeat_interval_seconds"].flatMap { try? Int($0, at: []) }
    try await api.beat(name, of: pool, every: pace, context)
    let asked = hello["requested_capabilities"].flatMap { try? [String]($0, at: []) } ?? []
    let resolved = queues.filter { wanted.isEmpty || wanted.contains($0.name) }.map { queue in
      JSON.object([("id", .text(queue.id)), ("name", .text(queue.name))])
    }
    try await send(
      "worker.ready.v1",
      .object([
        ("consumer_id", consumer), ("worker_id", .null),
        ("selected_channel_version", .text(Self.version)),
        ("effective_heartbeat_interval_seconds", .integer(pace ?? 30)),
        ("accepted_capabilities", .texts(Self.capabilities)),
        ("rejected_capabilities", .texts(asked.filter { !Self.capabilities.contains($0) })),
        ("effective_max_cleanup_concurrency", .integer(0)),
        ("resolved_work_queues", .array(resolved)),
        ("initial_snapshot", try snapshot(pool, queues, 1, "initial")),
      ]))
    return Worker(name: name, pace: pace, etag: pool.etag)
  }

  /// The pool of the channel; a worker that says so has it made.
  private func pool(
    _ hello: JSON
  ) async throws -> (pool: MartletProto.Pool, queues: [MartletProto.Queue]) {
    var directory = WorkDirectory(api.services, context)
    if let found = try await directory.pool(pool) { return found }
    guard hello["create_pool_if_not_found"] == .bool(true),
      !pool.lowercased().hasPrefix("prefect")
    else { throw Fault.refusal("authorization_failed") }
    var new = Shape.WorkPoolCreate(name: pool)
    new.type = hello["worker_type"]?.text
    new.baseJobTemplate = hello["default_base_job_template"]
    do {
      _ = try await api.makePool(new, context)
    } catch let failure as PrefectFailure where failure.status == 409 {}
    return try await api.pool(pool, context)
  }

  /// Keeps the worker alive, and tells it of its pool when that has changed since.
  private func beat(_ worker: inout Worker?) async throws {
    guard var known = worker else { return }
    let (pool, queues) = try await api.pool(pool, context)
    try await api.beat(known.name, of: pool, every: known.pace, context)
    if pool.etag != known.etag {
      known.sequence += 1
      known.etag = pool.etag
      try await send(
        "work_pool.snapshot.v1", try snapshot(pool, queues, known.sequence, "work_pool_updated"))
    }
    worker = known
  }

  private func snapshot(
    _ pool: MartletProto.Pool, _ queues: [MartletProto.Queue], _ sequence: Int, _ reason: String
  ) throws(PrefectFailure) -> JSON {
    .object([
      ("snapshot_sequence", .integer(sequence)), ("reason", .text(reason)),
      ("work_pool", try Shape.WorkPoolResponse(pool, queues: queues).json),
    ])
  }

  private func send(_ type: String, _ payload: JSON) async throws {
    try await socket.send(
      JSON.object([
        ("type", .text(type)), ("id", .text(RunID.timeOrdered().description)),
        ("sent_at", Instant.wallClock.json), ("payload", payload),
      ]).description)
  }
}

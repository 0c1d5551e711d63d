// Decides how one request is taken in and answered: the body whole and bounded, large ones read off the loop.

internal import MartletHTTP
internal import MartletModel
internal import MartletRPC
internal import NIOCore

/// One request on its way to an endpoint.
///
/// `@unchecked Sendable`: touched on the stream's loop only; the task prefers that loop's executor and leaves it only to
/// read and write large JSON.
final class PrefectExchange: HTTPStreamDelegate, @unchecked Sendable {
  /// What answers a body.
  typealias Answer = @Sendable (JSON) async throws -> PrefectResponse

  private static let offLoopSize = 64 << 10
  private let stream: any HTTPServerStream
  private let policy: PrefectAPI.Policy
  private let answer: Answer
  private let release: @Sendable () -> Void
  private var received = ByteBuffer()
  /// Bytes of the body that are counted for the connection.
  private var held = 0
  private var timer: Scheduled<Void>?
  private var task: Task<Void, Never>?
  private var isAnswered = false
  private var isClosed = false

  /// - Parameters:
  ///   - policy: How long a body may be, and how long it may take to come.
  ///   - release: Called once, when the endpoint has returned or was never begun.
  init(
    on stream: any HTTPServerStream, policy: PrefectAPI.Policy,
    release: @escaping @Sendable () -> Void,
    _ answer: @escaping Answer
  ) {
    self.stream = stream
    self.policy = policy
    self.release = release
    self.answer = answer
    guard let time = policy.bodyTimeout else { return }
    timer = stream.eventLoop.scheduleTask(in: TimeAmount(time)) { [self] in
      refuse(PrefectFailure(408, "The body did not come within \(time)."))
    }
  }

  func streamReceived(_ bytes: inout ByteBuffer) {
    let count = bytes.readableBytes
    // The answer stands; what still comes is not wanted.
    guard !isAnswered else { return stream.reset(0) }
    stream.consumed(count)
    guard received.readableBytes + count <= policy.maxBody else {
      return refuse(PrefectFailure(413, "The body is longer than \(policy.maxBody) bytes."))
    }
    guard holds(received.readableBytes + count) else {
      return refuse(
        PrefectFailure(
          429, "The requests under way on this connection hold too many bytes.",
          retryAfter: policy.limits.retryAfter))
    }
    received.writeBuffer(&bytes)
  }

  /// Notes how many bytes wait for the rest of the body; false when the connection holds too many.
  private func holds(_ bytes: Int) -> Bool {
    let counted = bytes > UnfinishedMessages.uncounted ? bytes : 0
    guard counted != held else { return true }
    let bound = max(policy.limits.unfinishedPerConnection, policy.maxBody)
    guard UnfinishedMessages.hold(counted, before: held, on: stream, bound: bound) else {
      return false
    }
    held = counted
    return true
  }

  /// The body is whole, or nobody waits for it any more.
  private func stopWaiting() {
    timer?.cancel()
    timer = nil
    _ = holds(0)
  }

  /// Answers before the body is whole.
  private func refuse(_ failure: PrefectFailure) {
    guard !isAnswered, task == nil else { return }
    stopWaiting()
    received = ByteBuffer()
    release()
    send(failure)
  }

  func streamReceivedEnd(trailers: HTTPFields?) {
    guard !isAnswered else { return }
    stopWaiting()
    task = Task.immediate(executorPreference: stream.executor) { [self] in
      await run()
      release()
      task = nil
    }
  }

  func streamBecameWritable() {}

  func streamClosed(_ error: HTTPStreamError?) {
    isClosed = true
    stopWaiting()
    // What was asked for in full is done, whether somebody waits for the answer or not.
    guard task == nil, !isAnswered else { return }
    isAnswered = true
    release()
  }

  private func run() async {
    var body = JSON.null
    do {
      body = try await read()
      let response = try await answer(body)
      if let file = response.file { return send(file) }
      if let text = response.text {
        var fields = HTTPFields()
        fields.append("content-type", "text/plain; charset=utf-8")
        return send(response.status, Array(text.utf8), fields)
      }
      send(response.status, response.body?.bytes)
    } catch {
      send(PrefectFailure(thrown: error, body: body))
    }
  }

  private func read() async throws -> JSON {
    let bytes = received
    received = ByteBuffer()
    if bytes.readableBytes == 0 { return .null }
    let parse: @Sendable () throws -> JSON = {
      guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
        throw ShapeFault(
          location: ["body"], message: "JSON decode error: it is no UTF-8", type: "json_invalid")
      }
      do throws(JSONFault) {
        return try JSON(parsing: text)
      } catch {
        throw ShapeFault(
          location: ["body", "\(error.offset)"], message: "JSON decode error: \(error.problem)",
          type: "json_invalid")
      }
    }
    return bytes.readableBytes > Self.offLoopSize ? try await offLoop(parse) : try parse()
  }

  private func send(_ failure: PrefectFailure) {
    send(failure.status, failure.body.bytes, retryAfter: failure.retryAfter)
  }

  private func send(_ file: PrefectResponse.File) {
    let name = String(
      decoding: file.name.utf8.map { byte in
        // What has a meaning in the field's grammar, or is no ASCII, stands as an underscore.
        byte > 32 && byte < 127 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
          ? byte : UInt8(ascii: "_")
      }, as: UTF8.self)
    var fields = HTTPFields()
    fields.append("content-type", file.type)
    fields.append("content-disposition", "attachment; filename=\"\(name)\"")
    send(200, Array(file.text.utf8), fields)
  }

  private func send(_ status: Int, _ body: [UInt8]?, retryAfter: Duration? = nil) {
    var fields = HTTPFields()
    if body != nil { fields.append("content-type", "application/json") }
    send(status, body, fields, retryAfter: retryAfter)
  }

  private func send(
    _ status: Int, _ body: [UInt8]?, _ fields: HTTPFields, retryAfter: Duration? = nil
  ) {
    guard !isAnswered else { return }
    isAnswered = true
    guard !isClosed else { return }
    var fields = fields
    if let body {
      fields.append("content-length", body.count)
    }
    if let retryAfter { fields.append("retry-after", "\(retryAfter / .seconds(1))") }
    stream.respond(HTTPResponseHead(status: status, fields: fields))
    if let body { stream.send(ByteBuffer(bytes: body)) }
    stream.finish(trailers: nil)
  }
}

// Decides how calls end before their time: deadlines, cancellation from either side, limits, errors.

import MartletCall
import MartletProto
import MartletRPC
import Testing

@Suite(.timeLimit(.minutes(5))) struct CallEndingTests {
  /// A service whose unary method waits until it is cancelled.
  static func waiting(_ begun: Signal, _ ended: Signal) -> TestService {
    var service = TestService()
    service.unary = { _, _ in
      defer { ended.send() }
      try await waitForCancellation(begun)
      return Pong()
    }
    service.chat = { _, _, _ in
      defer { ended.send() }
      try await waitForCancellation(begun)
    }
    return service
  }

  @Test func deadlineReachesTheHandler() async throws {
    let (begun, ended) = (Signal(), Signal())
    let client = inProcessClient(Self.waiting(begun, ended))
    await callUntil(begun) { time in
      let failure = await status {
        _ = try await client.unary([], options: CallOptions(timeout: time))
      }
      #expect(failure?.code == .deadlineExceeded)
    }
    await ended.wait()
  }

  @Test func serverEndsCallsOverItsOwnMaximum() async throws {
    let (begun, ended) = (Signal(), Signal())
    try await callUntil(begun) { time in
      let configuration = quietConfiguration {
        $0.deadlines = DeadlinePolicy(
          unaryDefault: time, unaryMaximum: .seconds(100), streamMaximum: time)
      }
      let client = inProcessClient(Self.waiting(begun, ended), configuration: configuration)
      let failure = await status { _ = try await client.unary([]) }
      #expect(failure?.code == .deadlineExceeded)
      let call = try await client.open(EchoMethods.chat)
      #expect(await status { _ = try await call.responses.next() }?.code == .deadlineExceeded)
    }
    await ended.wait()
  }

  @Test func handlerSeesTheDeadline() async throws {
    var service = TestService()
    service.unary = { _, context in
      let left = context.timeLeft ?? .zero
      return Pong(payload: [left > .seconds(20) && left <= .seconds(30) ? 1 : 0])
    }
    let client = inProcessClient(service)
    #expect(try await client.unary([], options: CallOptions(timeout: .seconds(30))) == [1])
  }

  @Test func passedDeadlineFailsAtOnce() async {
    let client = inProcessClient()
    let failure = await status {
      _ = try await client.unary([], options: CallOptions(timeout: .zero))
    }
    #expect(failure?.code == .deadlineExceeded)
  }

  @Test func cancelledTaskCancelsTheHandler() async throws {
    let (begun, ended) = (Signal(), Signal())
    let client = inProcessClient(Self.waiting(begun, ended))
    let task = Task { try await client.unary([]) }
    await begun.wait()
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await ended.wait()
  }

  @Test func cancelledStreamCancelsTheHandler() async throws {
    let (begun, ended) = (Signal(), Signal())
    let call = try await inProcessClient(Self.waiting(begun, ended)).open(EchoMethods.chat)
    try await call.requests.write(Ping(payload: [1]))
    await begun.wait()
    call.cancel()
    #expect(await status { _ = try await call.responses.next() }?.code == .cancelled)
    await ended.wait()
    #expect(await status { try await call.requests.write(Ping()) }?.code == .cancelled)
  }

  @Test func droppedCallCancelsTheHandler() async throws {
    let (begun, ended) = (Signal(), Signal())
    let client = inProcessClient(Self.waiting(begun, ended))
    do {
      let call = try await client.open(EchoMethods.chat)
      try await call.requests.write(Ping(payload: [1]))
      await begun.wait()
    }
    await ended.wait()
  }

  @Test func closedChannelFailsItsCalls() async throws {
    let (begun, ended) = (Signal(), Signal())
    let channel = inProcess(Self.waiting(begun, ended)).channel()
    let client = EchoClient(channel: channel)
    async let failure = status { _ = try await client.write([]) }
    await begun.wait()
    channel.close()
    #expect(await failure?.code == .unavailable)
    await ended.wait()
    #expect(await status { _ = try await client.write([]) }?.code == .unavailable)
  }

  @Test func handlerMayStopReadingOneOfItsTasks() async throws {
    // A handler waits for requests in a child task and cancels it when it has written enough.
    var service = TestService()
    service.chat = { pings, writer, _ in
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { for try await _ in pings {} }
        try await writer.write(Pong(payload: [9]))
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
      }
    }
    let call = try await inProcessClient(service).open(EchoMethods.chat)
    // The call may be over before the request is written.
    _ = try? await call.requests.write(Ping(payload: [1]))
    #expect(try await call.responses.next()?.payload == [9])
    #expect(try await call.responses.next() == nil)
  }

  @Test func errorsAfterMessagesComeAsTrailers() async throws {
    var service = TestService()
    service.expand = { _, writer, context in
      context.response.headers.add("x-head", "h")
      try await writer.write(Pong(payload: [1]))
      throw Status(.aborted, "enough").with(reason: "ENOUGH")
    }
    let call = try await inProcessClient(service).open(EchoMethods.expand)
    try await call.requests.write(Ping())
    try await call.finishRequests()
    #expect(try await call.responses.next()?.payload == [1])
    let failure = await status { _ = try await call.responses.next() }
    #expect(failure?.code == .aborted)
    #expect(failure?.message == "enough")
    #expect(failure?.reason == "ENOUGH")
  }

  @Test func sizesAreBoundBothWays() async throws {
    var service = TestService()
    service.unary = { ping, _ in
      Pong(payload: Array(repeating: 0, count: Int(ping.payload.first ?? 0) * 100))
    }
    let configuration = quietConfiguration { $0.sizes = CallSizes(received: 1000, sent: 2000) }
    let client = inProcessClient(service, configuration: configuration)
    #expect(try await client.unary([19]).count == 1900)
    #expect(await status { _ = try await client.unary([21]) }?.code == .resourceExhausted)
    let large = [UInt8](repeating: 0, count: 1001)
    #expect(await status { _ = try await client.unary(large) }?.code == .resourceExhausted)
    let call = try await client.open(EchoMethods.collect)
    // The refusal may be here before the write has returned.
    let refusal = await status {
      try await call.requests.write(Ping(payload: large))
      _ = try await call.responses.next()
    }
    #expect(refusal?.code == .resourceExhausted)

    let careful = inProcessClient(service) { $0.sizes = CallSizes(received: 500, sent: 400) }
    #expect(await status { _ = try await careful.unary([10]) }?.code == .resourceExhausted)
    let unsent = [UInt8](repeating: 0, count: 401)
    #expect(await status { _ = try await careful.unary(unsent) }?.code == .resourceExhausted)
  }

  @Test func twoReadersAreRefusedNotStuck() async throws {
    let call = try await inProcessClient().open(EchoMethods.chat)
    let both = await withTaskGroup(of: StatusCode?.self) { group in
      for _ in 0..<2 {
        group.addTask { await status { _ = try await call.responses.next() }?.code }
      }
      let first = await group.next() ?? nil
      call.cancel()
      let second = await group.next() ?? nil
      return [first, second]
    }
    #expect(both == [.internal, .cancelled])
  }
}

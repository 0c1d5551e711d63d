// Decides how the server asks others for something on somebody's behalf: the name is looked up, every address that it has is
// judged, and the connection goes to one of those that were. Time and the length of the answer are bounded; nothing is
// followed elsewhere.

internal import MartletModel
internal import MartletWire
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Why no answer came.
enum OutgoingFault: Error, Equatable, CustomStringConvertible {
  /// It may not be asked for, at any time.
  case refused(String)
  /// It may be asked for once more.
  case unanswered(String)

  var description: String {
    switch self {
    case .refused(let why), .unanswered(let why): why
    }
  }
}

/// Sends requests to places that somebody chose.
struct OutgoingClient: Sendable {
  /// Whether addresses that are not public may be asked.
  let allowsPrivate: Bool

  /// How long an answer may take, from the first look at the name.
  static let patience = Interval.seconds(10)

  /// Sends a request, and reads the answer.
  ///
  /// - Throws: ``OutgoingFault``.
  func send(_ request: OutgoingRequest) async throws -> OutgoingAnswer {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let patience = min(request.patience ?? Self.patience, Self.patience)
    let deadline = NIODeadline.now() + .microseconds(patience.microseconds)
    let promise = loop.makePromise(of: OutgoingAnswer.self)
    let place = "\(request.address.host):\(request.address.port)"
    let alarm = loop.scheduleTask(deadline: deadline) {
      promise.fail(OutgoingFault.unanswered("\(place) did not answer in time"))
    }
    defer { alarm.cancel() }
    let attempt = Attempt(
      request: request, allowsPrivate: allowsPrivate && request.allowsPrivate, place: place,
      deadline: deadline, answer: promise)
    attempt.begin(on: loop)
    return try await withTaskCancellationHandler {
      try await promise.futureResult.get()
    } onCancel: {
      promise.fail(OutgoingFault.unanswered("this server stops"))
    }
  }
}

/// A request under way.
private struct Attempt: Sendable {
  let request: OutgoingRequest
  let allowsPrivate: Bool
  let place: String
  let deadline: NIODeadline
  let answer: EventLoopPromise<OutgoingAnswer>

  /// Made once: each reads the authorities of the system.
  private static let verifying = Result {
    try NIOSSLContext(configuration: .makeClientConfiguration())
  }
  private static let trusting = Result {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .none
    return try NIOSSLContext(configuration: configuration)
  }

  func begin(on loop: any EventLoop) {
    let (host, port) = (request.address.host, request.address.port)
    NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try HostAddresses.find(host, port) }
      .flatMapThrowing { found in
        guard !found.isEmpty else {
          throw OutgoingFault.unanswered("\(place) has no address")
        }
        // One that is not public is enough: a name with both is no honest one.
        guard allowsPrivate || found.allSatisfy(\.address.isPublic) else {
          throw OutgoingFault.refused(
            "\(place) has an address that is not public, which \(reason)")
        }
        return found.prefix(4).map(\.socket)
      }
      .flatMap { (found: [SocketAddress]) in connect(found[...], on: loop) }
      .whenFailure { error in
        answer.fail(
          error as? OutgoingFault ?? .unanswered("\(place) cannot be reached: \(error)"))
      }
  }

  private var reason: String {
    request.allowsPrivate
      ? "only a server with --automation-private-addresses on calls" : "its block does not allow"
  }

  /// Connects to the first address that takes it.
  private func connect(
    _ addresses: ArraySlice<SocketAddress>, on loop: any EventLoop
  ) -> EventLoopFuture<Void> {
    let rest = deadline - .now()
    guard let address = addresses.first, rest > .nanoseconds(0) else {
      return loop.makeFailedFuture(OutgoingFault.unanswered("\(place) did not answer in time"))
    }
    return ClientBootstrap(group: loop)
      .connectTimeout(min(rest, .seconds(5)))
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture { try prepare(channel) }
      }
      .connect(to: address)
      .map { channel in answer.futureResult.whenComplete { _ in channel.close(promise: nil) } }
      .flatMapError { error in
        addresses.count > 1
          ? connect(addresses.dropFirst(), on: loop) : loop.makeFailedFuture(error)
      }
  }

  private func prepare(_ channel: any Channel) throws {
    let pipeline = channel.pipeline.syncOperations
    if request.address.isSecure {
      let context = try request.verifies ? Self.verifying.get() : Self.trusting.get()
      let isAddress =
        (try? SocketAddress(ipAddress: request.address.host, port: request.address.port)) != nil
      try pipeline.addHandler(
        NIOSSLClientHandler(
          context: context,
          serverHostname: isAddress ? nil : request.address.host))
    }
    try pipeline.addHTTPClientHandlers()
    try pipeline.addHandler(
      OutgoingExchange(head: head, body: request.body, place: place, answer: answer))
  }

  private var head: HTTPRequestHead {
    var head = HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.address.target)
    head.headers.add(name: "host", value: request.address.authority)
    head.headers.add(name: "connection", value: "close")
    for field in request.fields { head.headers.add(name: field.name, value: field.value) }
    if !head.headers.contains(name: "user-agent") {
      head.headers.add(name: "user-agent", value: "martlet/\(MartletVersion.current)")
    }
    if let credentials = request.address.credentials, !head.headers.contains(name: "authorization")
    {
      head.headers.add(
        name: "authorization", value: "Basic \(Base64.text(Array(credentials.utf8)))")
    }
    if !request.body.isEmpty || request.method != "GET" {
      head.headers.add(name: "content-length", value: "\(request.body.utf8.count)")
    }
    return head
  }
}

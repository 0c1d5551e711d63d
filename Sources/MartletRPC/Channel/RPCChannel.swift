// Decides how a program calls a server: one connection, made when first needed, with deadlines, metadata,
// safe repetition and typed errors.

public import Logging
public import MartletCall
public import MartletHTTP
public import MartletWire
import NIOCore

/// A road to a server over HTTP/2, or in process.
///
/// Cheap to keep, dear to make: one for each server and program. Closed when the last reference goes.
public final class RPCChannel: CallChannel {
  /// The choices of a channel.
  public struct Configuration: Sendable {
    /// The `:authority` of requests; empty means the first address.
    public var authority = ""
    /// The `user-agent` of requests.
    public var userAgent = "martlet-swift"
    /// The `authorization` of requests whose options name none.
    public var authorization: String?
    /// How TLS is spoken; nil speaks in clear text.
    public var tls: ClientTLS?
    /// How large messages may be.
    public var sizes = CallSizes.standard
    /// The bounds of the connection.
    public var limits = HTTPLimits()
    /// The waits between attempts to connect.
    public var reconnect = Backoff()
    /// Which calls are made again.
    public var retry = RetryPolicy()
    /// Where the channel logs.
    public var logger = Logger(label: "martlet.channel")

    /// The standard choices.
    public init() {}
  }

  private let core: ChannelCore

  /// Makes a channel; nothing is connected until the first call.
  ///
  /// - Parameters:
  ///   - endpoints: addresses of one server, tried in turn.
  ///   - executor: runs the loop on which the connection lives.
  public convenience init(
    to endpoints: [HTTPEndpoint], on executor: LoopExecutor,
    configuration: Configuration = Configuration()
  ) {
    var configuration = configuration
    if configuration.authority.isEmpty {
      configuration.authority =
        switch endpoints.first {
        case .tcp: endpoints[0].description
        case .unix, nil: "localhost"
        }
    }
    let (limits, tls) = (configuration.limits, configuration.tls)
    self.init(
      ChannelCore(executor: executor, configuration: configuration) {
        var last: any Error = Status(.unavailable, "the channel has no address")
        for endpoint in endpoints {
          do throws(HTTPConnectError) {
            return try await HTTPClientConnection.connect(
              to: endpoint, on: executor, limits: limits, tls: tls)
          } catch {
            last = error
          }
        }
        throw last
      })
  }

  init(_ core: ChannelCore) { self.core = core }

  deinit { close() }

  /// Closes the connection at once; calls in progress fail with UNAVAILABLE, as do later ones.
  public func close() {
    core.executor.submit { [core] in core.close() }
  }

  /// Sends one request and awaits its one response; see `CallChannel`.
  public func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, returning: R.Type, options: CallOptions
  ) async throws -> R {
    let sizes = core.configuration.sizes
    let frame = try MessageFrame.encode(
      request, limit: sizes.sent, compresses: { [options] _ in options.compresses })
    let deadline = options.timeout.map { ContinuousClock.now + $0 }
    var options = options
    var failures = 0
    while true {
      do {
        let message = try await UnaryClientCall(core, method, options, request: frame).response()
        return try Self.decode(message, sizes, options)
      } catch let failure as CallFailure {
        if Task.isCancelled { throw CancellationError() }
        failures += 1
        var random = FastRandom()
        let timeLeft = deadline.map { ContinuousClock.now.duration(to: $0) }
        guard
          let delay = core.configuration.retry.delay(
            after: failure.status, failures: failures, unprocessed: failure.unprocessed,
            idempotency: method.idempotency, timeLeft: timeLeft, using: &random)
        else { throw failure.status }
        if delay > .zero { try await Task.sleep(for: delay) }
        if let deadline { options.timeout = ContinuousClock.now.duration(to: deadline) }
      }
    }
  }

  /// Opens a call in which at least one side streams; see `CallChannel`.
  public func open<Q: Message, R: Message>(
    _ method: MethodDescriptor, sending: Q.Type, returning: R.Type, options: CallOptions
  ) async throws -> ClientCall<Q, R> {
    let sizes = core.configuration.sizes
    let call = StreamingClientCall(core, method, options)
    core.onLoop { call.begin() }
    let hold = CallHold(call, of: self)
    let compresses = Flag()
    compresses.isSet = options.compresses
    return ClientCall(
      requests: MessageWriter {
        try await hold.call.write(
          MessageFrame.encode($0, limit: sizes.sent, compresses: { _ in compresses.isSet }))
      },
      responses: MessageStream {
        try await hold.call.next().map { try Self.decode($0, sizes, options) }
      },
      finishRequests: { hold.call.finishRequests() },
      cancel: { hold.cancel() },
      compress: { compresses.isSet = $0 && options.compresses })
  }

  private static func decode<R: Message>(
    _ message: EncodedMessage, _ sizes: CallSizes, _ options: CallOptions
  ) throws -> R {
    options.response?.lastMessageWasCompressed = message.compression != nil
    let limits = DecodeLimits(size: sizes.received, depth: DecodeLimits.standard.depth)
    do {
      return try message.withBytes(limit: limits.size) { try R.decode($0, limits: limits) }
    } catch let error as WireError {
      throw Status(.internal, "the server's response is malformed: \(error)")
    }
  }
}

/// Holds a streaming call for its user; when the user lets go, the call is given up.
private final class CallHold: Sendable {
  let call: StreamingClientCall
  /// A channel lives as long as its calls.
  private let channel: RPCChannel
  init(_ call: StreamingClientCall, of channel: RPCChannel) {
    self.call = call
    self.channel = channel
  }
  func cancel() { call.channel.executor.submit { [call] in call.cancel() } }
  deinit { cancel() }
}

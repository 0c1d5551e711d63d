// Decides how many streams a client may have, what the server's GOAWAY means for each, and what counts as
// the head of a response.

import CNGHTTP2
import NIOCore

/// What a connection has only on the client. Confined to the connection's loop.
final class HTTP2ClientRole {
  /// How far the connection has come.
  enum Stage {
    /// The server's SETTINGS have not come. Goes to ready, closed.
    case connecting(EventLoopPromise<Void>)
    /// Streams may be opened. Goes to draining, closed.
    case ready
    /// No streams may be opened; those above `lastStream` were not processed. Goes to closed.
    case draining(lastStream: Int32)
    /// Everything is over.
    case closed
  }

  private(set) var stage: Stage
  private let closed: EventLoopPromise<Void>
  private weak var observer: (any HTTPClientConnectionObserver)?
  /// The face of the connection, for the observer.
  weak var face: HTTPClientConnection?

  init(ready: EventLoopPromise<Void>, closed: EventLoopPromise<Void>) {
    stage = .connecting(ready)
    self.closed = closed
  }

  func setObserver(_ observer: (any HTTPClientConnectionObserver)?) { self.observer = observer }

  var isAccepting: Bool {
    if case .ready = stage { true } else { false }
  }

  func availableStreams(_ connection: HTTP2Connection) -> Int {
    guard case .ready = stage, let session = connection.session else { return 0 }
    let remote = nghttp2_session_get_remote_settings(
      session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
    return max(
      0, min(Int(remote), connection.limits.concurrentStreams) - connection.streams.count)
  }

  // MARK: Events

  func settingsArrived(_ connection: HTTP2Connection) {
    if case .connecting(let ready) = stage {
      stage = .ready
      ready.succeed()
    } else {
      // The peer may have raised its limit.
      capacityRose(connection)
    }
  }

  func capacityRose(_ connection: HTTP2Connection) {
    guard let face, availableStreams(connection) > 0 else { return }
    observer?.connectionHasCapacity(face)
  }

  func goAwayArrived(_ connection: HTTP2Connection, lastStream: Int32) {
    stopAccepting(lastStream: lastStream)
  }

  /// All stream identifiers are used.
  func identifiersExhausted(_ connection: HTTP2Connection) {
    stopAccepting(lastStream: .max)
    connection.beginDrain()
  }

  /// Takes no further streams.
  func stopAccepting(lastStream: Int32) {
    switch stage {
    case .connecting, .ready:
      let wasReady = isAccepting
      if case .connecting(let ready) = stage {
        ready.fail(HTTPStreamError.connectionClosed(processed: false))
      }
      stage = .draining(lastStream: lastStream)
      if wasReady, let face { observer?.connectionIsDraining(face) }
    case .draining(let before): stage = .draining(lastStream: min(before, lastStream))
    case .closed: break
    }
  }

  /// The connection will not come to be, for a reason better known than that it was closed.
  func giveUp(_ reason: HTTPStreamError) {
    guard case .connecting(let ready) = stage else { return }
    stage = .draining(lastStream: 0)
    ready.fail(reason)
  }

  /// True when the server's GOAWAY says that a stream was not processed.
  func wasRefused(_ stream: HTTP2Stream) -> Bool {
    guard case .draining(let lastStream) = stage else { return false }
    return stream.id == 0 || stream.id > lastStream || !stream.wasSent
  }

  func connectionEnded() {
    if case .connecting(let ready) = stage {
      ready.fail(HTTPStreamError.connectionClosed(processed: false))
    }
    stage = .closed
    if let face { observer?.connectionClosed(face) }
    closed.succeed()
  }

  func responseArrived(_ stream: HTTP2Stream, _ section: FieldSection, ends: Bool) {
    let status = section.status
    // An interim response is followed by another head (RFC 9110, 15.2).
    if (100..<200).contains(status) { return }
    stream.remote = .body
    guard case .expecting(let receiver) = stream.phase else { return }
    guard !section.isTooLarge else {
      stream.failure = .limit("response header fields too large")
      return stream.reset(HTTP2ErrorCode.enhanceYourCalm)
    }
    stream.phase = .live(receiver)
    receiver.streamReceivedHead(
      HTTPResponseHead(status: status, fields: section.fields))
    if ends { stream.connection.remoteEnded(stream, trailers: nil) }
  }
}

// Decides how a connection ends without losing a request: a notice that no more are wanted, one round trip
// for those already on their way, then the GOAWAY that names the last one taken (RFC 9113, 6.8).

import CNGHTTP2
import NIOCore

/// Fired into the pipelines of a listener's connections when it shuts down.
enum ConnectionDrainEvent { case begin }

extension HTTP2Connection {
  /// How far the graceful end has come.
  enum Drain {
    /// Not asked for.
    case no
    /// The notice is out; its PING's answer, or the time-out, brings the GOAWAY.
    case noticed(timeout: Scheduled<Void>)
    /// The GOAWAY is out; the connection closes with its last stream.
    case goAwaySent
  }

  private static let probe: [UInt8] = Array("drained?".utf8)

  /// Takes no more streams once those on their way have come, and closes after the last.
  func beginDrain() {
    guard case .no = drain, case .open(let session, _) = life else { return }
    guard case .server = role else { return sendGoAway() }
    nghttp2_submit_shutdown_notice(session)
    Self.probe.withUnsafeBufferPointer {
      _ = nghttp2_submit_ping(session, Frame.none, $0.baseAddress)
    }
    let bound = NIOLoopBound(self, eventLoop: executor.loop)
    let timeout = executor.loop.scheduleTask(in: TimeAmount(limits.drainNotice)) {
      bound.value.sendGoAway()
    }
    drain = .noticed(timeout: timeout)
    pump()
  }

  func pingAnswered(_ ping: nghttp2_ping) {
    guard case .noticed = drain else { return }
    let answersProbe = withUnsafeBytes(of: ping.opaque_data) { $0.elementsEqual(Self.probe) }
    if answersProbe { sendGoAway() }
  }

  private func sendGoAway() {
    if case .goAwaySent = drain { return }
    guard let session else { return }
    cancelDrain()
    drain = .goAwaySent
    nghttp2_submit_goaway(
      session, Frame.none, nghttp2_session_get_last_proc_stream_id(session),
      HTTP2ErrorCode.noError, nil, 0)
    pump()
  }

  func cancelDrain() {
    if case .noticed(let timeout) = drain { timeout.cancel() }
  }
}

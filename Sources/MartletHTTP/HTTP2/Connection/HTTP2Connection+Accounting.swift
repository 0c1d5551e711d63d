// Decides when a connection's counts reach the listener's: once a batch, so that a request costs no
// atomic operation of its own.

extension HTTP2Connection {
  /// Brings the listener's counters up to date.
  func publish() {
    guard case .server(let server) = role else { return }
    server.counts.publish(
      to: server.counters, openStreams: streams.count)
  }

  /// Notes that the connection ends because of what its peer did.
  func noteAbort() {
    if case .server(let server) = role { server.counts.noteAbort(server.counters) }
  }

  /// Whether the peer may have seen a stream that was open when the connection went.
  func wasProcessed(_ stream: HTTP2Stream) -> Bool {
    guard case .client(let client) = role else { return true }
    return stream.wasSent && !client.wasRefused(stream)
  }

  /// Everything is over and every stream has been told.
  func connectionEnded() {
    if case .client(let client) = role { client.connectionEnded() }
  }
}

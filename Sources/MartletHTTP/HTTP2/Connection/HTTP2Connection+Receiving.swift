// Decides what frames from the peer mean to streams. Everything here is called by nghttp2 while it reads
// (the end of a stream also while it writes): nothing may enter the session but submissions.

import CNGHTTP2
import NIOCore

extension HTTP2Connection {
  /// The stream of an identifier, if it lives.
  @inline(__always)
  func stream(_ id: Int32) -> HTTP2Stream? {
    if id == recentID, let recent { return recent.takeUnretainedValue() }
    guard let session, let pointer = nghttp2_session_get_stream_user_data(session, id) else {
      return nil
    }
    let found = Unmanaged<HTTP2Stream>.fromOpaque(pointer)
    recent = found
    recentID = id
    return found.takeUnretainedValue()
  }

  // MARK: Field sections

  func sectionBegan(_ frame: UnsafePointer<nghttp2_frame>) {
    let id = frame.pointee.hd.stream_id
    guard frame.pointee.hd.type == Frame.headers else { return }
    sectionUnderWay = id
    section.begin()
    if case .server = role, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
      let stream = streams.open(for: self)
      stream.id = id
      let unmanaged = Unmanaged.passUnretained(stream)
      nghttp2_session_set_stream_user_data(session, id, unmanaged.toOpaque())
      recent = unmanaged
      recentID = id
    }
  }

  /// A field nghttp2 would only ignore makes the message malformed (RFC 9113, 8.1.1 and 8.2.1).
  func invalidField(_ id: Int32) {
    guard let session, let stream = stream(id) else { return }
    if stream.failure == nil { stream.failure = .protocolViolation("malformed field") }
    nghttp2_submit_rst_stream(session, Frame.none, id, HTTP2ErrorCode.protocolError)
  }

  // MARK: Frames

  /// Bytes have come that the codec has not read: judges the frames it would pass over.
  func scan(_ bytes: UnsafeRawBufferPointer) {
    guard case .server = role else { return }
    let known = history.last
    var cutOff: [Int32] = []
    scanner.scan(bytes) { frameBegins($0, known: known, &cutOff) }
  }

  /// - Parameters:
  ///   - known: the last stream before these bytes; what they open themselves is not alive yet.
  ///   - cutOff: the streams that these bytes reset, which the codec may still take to be alive.
  private func frameBegins(_ head: FrameScanner.Head, known: Int32, _ cutOff: inout [Int32]) {
    switch head.type {
    case Frame.headers, Frame.data:
      let opens = head.type == Frame.headers
      if !cutOff.isEmpty, let place = cutOff.firstIndex(of: head.stream) {
        // Once is enough.
        cutOff.remove(at: place)
        return overrun.append(head.stream)
      }
      guard head.stream > known || stream(head.stream) == nil, let session else { return }
      guard head.stream <= known || history.wasPassedOver(head.stream) else {
        return history.opened(head.stream, if: opens)
      }
      switch history.judge(head.stream, opens: opens) {
      case .fine: break
      case .closed:
        nghttp2_submit_rst_stream(session, Frame.none, head.stream, HTTP2ErrorCode.streamClosed)
      case .reopened:
        nghttp2_session_terminate_session(session, HTTP2ErrorCode.streamClosed)
      case .neverOpened:
        nghttp2_session_terminate_session(session, HTTP2ErrorCode.protocolError)
      }
    case Frame.resetStream:
      let isUsed = head.stream & 1 == 1 && head.stream <= history.last
      if isUsed, cutOff.count < StreamHistory.limit { cutOff.append(head.stream) }
    case Frame.windowUpdate:
      if windowUpdates > 0 { windowUpdates -= 1 } else { controlFrameArrived() }
    case Frame.firstUnknown...: controlFrameArrived()
    default: break
    }
  }

  /// The codec has read the bytes that were scanned: frames after a reset that came with them are errors of its stream
  /// (RFC 9113, 5.1), which the codec would not send of a stream that it had not seen yet.
  func refuseFrames() {
    guard !overrun.isEmpty, let session else { return }
    for id in overrun {
      nghttp2_submit_rst_stream(session, Frame.none, id, HTTP2ErrorCode.streamClosed)
    }
    overrun.removeAll()
  }

  func frameArrived(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    switch header.type {
    case Frame.headers:
      sectionUnderWay = nil
      if let stream = stream(header.stream_id) {
        sectionComplete(stream, ends: header.flags & Frame.endStream != 0)
      }
    case Frame.data:
      if header.flags & Frame.endStream != 0 {
        if let stream = stream(header.stream_id) { remoteEnded(stream, trailers: nil) }
      } else if header.length <= frame.pointee.data.padlen {
        controlFrameArrived()
      }
    case Frame.resetStream:
      resetArrived()
      if let stream = stream(header.stream_id) {
        wasReset(stream, code: frame.pointee.rst_stream.error_code)
      }
    case Frame.settings:
      controlFrameArrived()
      if header.flags & Frame.ack == 0 { settingsArrived() }
    case Frame.ping:
      if pings > 0 { pings -= 1 } else { controlFrameArrived() }
      if header.flags & Frame.ack != 0 { pingAnswered(frame.pointee.ping) }
    case Frame.priority: controlFrameArrived()
    case Frame.goAway: goAwayArrived(lastStream: frame.pointee.goaway.last_stream_id)
    default: break
    }
  }

  private func resetArrived() {
    guard case .server = role, !resets.take(now: now), let session else { return }
    nghttp2_session_terminate_session(session, HTTP2ErrorCode.enhanceYourCalm)
  }

  private func controlFrameArrived() {
    guard !controlFrames.take(now: now), let session else { return }
    nghttp2_session_terminate_session(session, HTTP2ErrorCode.enhanceYourCalm)
  }

  private func settingsArrived() {
    clock.handshakeDone()
    if case .client(let client) = role { client.settingsArrived(self) }
  }

  private func goAwayArrived(lastStream: Int32) {
    if case .client(let client) = role { client.goAwayArrived(self, lastStream: lastStream) }
  }

  private func sectionComplete(_ stream: HTTP2Stream, ends: Bool) {
    guard stream.resetCode == nil else { return }
    switch (role, stream.remote) {
    case (.server(let server), .head):
      server.requestArrived(stream, on: self, ends: ends)
    case (.client(let client), .head):
      client.responseArrived(stream, section, ends: ends)
    case (_, .body) where section.isTooLarge:
      stream.failure = .limit("trailers too large")
      stream.reset(HTTP2ErrorCode.enhanceYourCalm)
    case (_, .body): remoteEnded(stream, trailers: section.fields)
    case (_, .ended): break
    }
  }

  /// The peer's half of a stream is complete.
  func remoteEnded(_ stream: HTTP2Stream, trailers: HTTPFields?) {
    guard stream.remote == .body else { return }
    stream.remote = .ended
    guard stream.resetCode == nil, case .live(let delegate) = stream.phase else { return }
    delegate.streamReceivedEnd(trailers: trailers)
  }

  func bodyArrived(_ id: Int32, _ bytes: UnsafeRawBufferPointer) {
    guard let session else { return }
    guard let stream = stream(id), stream.resetCode == nil, case .live(let delegate) = stream.phase
    else {
      nghttp2_session_consume_connection(session, bytes.count)
      return
    }
    stream.unconsumed += bytes.count
    unconsumedBytes += bytes.count
    // The connection's window is credited at once, so that a slow stream does not stop the others; but
    // not without bound, for many slow streams would fill the memory, and so would answers nobody reads.
    if unconsumedBytes <= limits.connectionWindow,
      queuedBytes <= limits.connectionHighWaterMark
    {
      nghttp2_session_consume_connection(session, bytes.count)
    } else {
      withheldCredit += bytes.count
    }
    // If the last receiver kept the storage this makes new storage, else it is used again.
    chunk.clear(minimumCapacity: max(bytes.count, min(chunk.capacity, 4096)))
    chunk.writeBytes(bytes)
    delegate.streamReceived(&chunk)
    if chunk.capacity > 64 * 1024 { chunk = ByteBuffer() }
  }

  // MARK: Ends

  private func wasReset(_ stream: HTTP2Stream, code: UInt32) {
    guard stream.failure == nil else { return }
    // RST_STREAM(NO_ERROR) after a complete response only says: send no more of the request.
    if code == HTTP2ErrorCode.noError, stream.remote == .ended, case .client = role { return }
    stream.failure = .reset(code)
  }

  func invalidFrame(_ id: Int32, _ code: Int32) {
    guard id != 0, let stream = stream(id), stream.failure == nil else { return }
    stream.failure = .protocolViolation(String(cString: nghttp2_strerror(code)))
  }

  func streamEnded(_ id: Int32, _ code: UInt32) {
    if sectionUnderWay == id { sectionUnderWay = nil }
    guard let slot = endStream(id, code) else { return }
    streams.reuse(streams.remove(at: slot))
    tellCapacity()
  }

  /// Tells the delegate of a stream and returns the stream's place; no reference to it is left.
  @inline(never)
  private func endStream(_ id: Int32, _ code: UInt32) -> Int? {
    guard let stream = stream(id) else { return nil }
    recent = nil
    end(stream, reason(stream, code))
    return stream.slot
  }

  private func reason(_ stream: HTTP2Stream, _ code: UInt32) -> HTTPStreamError? {
    if case .client(let client) = role, client.wasRefused(stream) {
      return .connectionClosed(processed: false)
    }
    if let failure = stream.failure { return failure }
    if code == HTTP2ErrorCode.noError {
      if case .ended = stream.local { return nil }
      return stream.remote == .ended ? nil : .reset(code)
    }
    return .protocolViolation("stream ended with code \(code)")
  }

  /// Takes a stream out of the table and tells its delegate, for the only time.
  func retire(_ stream: HTTP2Stream, _ error: HTTPStreamError?) {
    end(stream, error)
    _ = streams.remove(at: stream.slot)
    tellCapacity()
  }

  private func end(_ stream: HTTP2Stream, _ error: HTTPStreamError?) {
    queuedBytes -= stream.outbound.count
    stream.outbound.clear()
    usedUp(stream, stream.unconsumed)
    if stream.endsEarly { earlyEnds -= 1 }
    let delegate = stream.delegate
    stream.phase = .closed
    delegate?.streamClosed(error)
  }

  /// Bytes of a stream were used up, or never will be: the connection may have what was withheld.
  func usedUp(_ stream: HTTP2Stream, _ count: Int) {
    stream.unconsumed -= count
    unconsumedBytes -= count
    if withheldCredit > 0 { askForPump() }
  }

  /// Gives back credit that was withheld, once most of what it was withheld for is gone.
  func releaseCredit(_ session: OpaquePointer) {
    guard withheldCredit > 0, unconsumedBytes <= limits.connectionWindow / 2,
      queuedBytes <= limits.connectionHighWaterMark / 2
    else { return }
    nghttp2_session_consume_connection(session, withheldCredit)
    withheldCredit = 0
    askForPump()
  }

  /// A stream has gone from the table: a client that was full may open another.
  private func tellCapacity() {
    guard case .client(let client) = role else { return }
    if client.availableStreams(self) == 1 { client.capacityRose(self) }
  }
}

// Decides how what streams want becomes submissions to nghttp2, at the end of a turn, so that a head, a
// body and trailers said in one turn leave together and an empty body of a response costs no DATA frame.

import CNGHTTP2
import NIOCore

extension HTTP2Connection {
  /// Notes that a stream has something to hand over.
  func hasPending(_ stream: HTTP2Stream) {
    guard !stream.isPending, session != nil else { return }
    stream.isPending = true
    pending.append(stream)
    askForPump()
  }

  /// Lets the peer send as many bytes again.
  func credit(_ stream: HTTP2Stream, _ count: Int) {
    guard let session, stream.id != 0 else { return }
    // More than came would be an error of ours that ends the peer's connection.
    let known = min(count, stream.unconsumed)
    guard known > 0 else { return }
    usedUp(stream, known)
    nghttp2_session_consume_stream(session, stream.id, known)
    askForPump()
  }

  func handOverPending(_ session: OpaquePointer) {
    // Delegates may add to the list while it is walked: take it whole, again and again.
    while !pending.isEmpty {
      var batch: [HTTP2Stream] = []
      swap(&batch, &pending)
      for stream in batch { stream.isPending = false }
      for stream in batch { handOver(stream, session) }
      batch.removeAll(keepingCapacity: batch.capacity <= 1024)
      if pending.isEmpty { swap(&batch, &pending) }
    }
  }

  private func handOver(_ stream: HTTP2Stream, _ session: OpaquePointer) {
    if stream.isClosed { return }
    if let code = stream.resetCode { return submitReset(stream, code, session) }
    stream.movedAt = now
    switch stream.local {
    case .holding(let head): submitHead(head, stream, session)
    case .parked:
      stream.local = .flowing
      nghttp2_session_resume_data(session, stream.id)
    case .awaitingHead, .flowing, .ended: break
    }
  }

  private func submitReset(_ stream: HTTP2Stream, _ code: UInt32, _ session: OpaquePointer) {
    if stream.id == 0 {
      retire(stream, stream.failure)
    } else {
      nghttp2_submit_rst_stream(session, Frame.none, stream.id, code)
    }
  }

  /// How a message leaves, given what its body is at the end of the turn.
  private enum Shape {
    case headOnly
    case headAndTrailers(HTTPFields)
    case withBody
  }

  private func shape(_ head: OutgoingHead, _ stream: HTTP2Stream) -> Shape {
    guard case .finished(let trailers) = stream.bodyEnd, stream.outbound.count == 0 else {
      return .withBody
    }
    // gRPC asks clients to end a request without messages by an empty DATA frame ("MUST", PROTOCOL-HTTP2.md,
    // "Requests"), and there are servers that wait for it.
    if case .request(let request) = head, request.method == "POST" { return .withBody }
    guard let trailers, !trailers.isEmpty else { return .headOnly }
    // nghttp2 would send a request's trailers before the queue its head is in.
    if case .client = role { return .withBody }
    return .headAndTrailers(trailers)
  }

  private func submitHead(_ head: OutgoingHead, _ stream: HTTP2Stream, _ session: OpaquePointer) {
    let shape = shape(head, stream)
    if case .withBody = shape { stream.local = .flowing } else { localEnded(stream) }
    let result: Int32 =
      switch head {
      case .response(let response): submit(response, stream, shape, session)
      case .request(let request): submit(request, stream, shape, session)
      }
    guard result >= 0 else { return submissionFailed(stream, result) }
    if case .headAndTrailers(let trailers) = shape { submitTrailers(trailers, stream.id, session) }
  }

  private func submit(
    _ head: HTTPResponseHead, _ stream: HTTP2Stream, _ shape: Shape, _ session: OpaquePointer
  ) -> Int32 {
    withUnsafeTemporaryAllocation(byteCount: 3, alignment: 1) { digits in
      digits[0] = UInt8(0x30 + head.status / 100 % 10)
      digits[1] = UInt8(0x30 + head.status / 10 % 10)
      digits[2] = UInt8(0x30 + head.status % 10)
      nameValues.removeAll(keepingCapacity: true)
      nameValues.append(nameValue(":status", UnsafeRawBufferPointer(digits)))
      if head.isDated, !head.fields.contains("date") {
        nameValues.append(nameValue("date", executor.date.now))
      }
      return withNameValues(head.fields) { pairs, count in
        switch shape {
        case .headOnly: nghttp2_submit_response(session, stream.id, pairs, count, nil)
        case .headAndTrailers:
          nghttp2_submit_headers(session, Frame.none, stream.id, nil, pairs, count, nil)
        case .withBody:
          withUnsafePointer(to: provider(of: stream)) {
            nghttp2_submit_response(session, stream.id, pairs, count, $0)
          }
        }
      }
    }
  }

  /// Tells a client that waits for it that the body of its request may come, unless it has its answer already
  /// (RFC 9110, 10.1.1).
  func askForBody(_ stream: HTTP2Stream) {
    guard case .awaitingHead = stream.local, stream.resetCode == nil, let session else { return }
    let status: StaticString = "100"
    nameValues.removeAll(keepingCapacity: true)
    nameValues.append(
      nameValue(
        ":status",
        UnsafeRawBufferPointer(start: status.utf8Start, count: status.utf8CodeUnitCount)))
    nghttp2_submit_headers(session, Frame.none, stream.id, nil, nameValues, 1, nil)
  }

  private func submit(
    _ head: HTTPRequestHead, _ stream: HTTP2Stream, _ shape: Shape, _ session: OpaquePointer
  ) -> Int32 {
    var pseudo = HTTPFields()
    pseudo.reserveCapacity(192)
    pseudo.appendPseudo(":method", head.method)
    pseudo.appendPseudo(":scheme", head.scheme)
    if !head.authority.isEmpty { pseudo.appendPseudo(":authority", head.authority) }
    pseudo.appendPseudo(":path", head.path)
    nameValues.removeAll(keepingCapacity: true)
    let user = Unmanaged.passUnretained(stream).toOpaque()
    let id = withNameValues(pseudo, head.fields) { pairs, count in
      switch shape {
      case .headOnly: nghttp2_submit_request(session, nil, pairs, count, nil, user)
      case .headAndTrailers, .withBody:
        withUnsafePointer(to: provider(of: stream)) {
          nghttp2_submit_request(session, nil, pairs, count, $0, user)
        }
      }
    }
    if id > 0 { stream.id = id }
    return id
  }

  private func submitTrailers(_ fields: HTTPFields, _ id: Int32, _ session: OpaquePointer) {
    nameValues.removeAll(keepingCapacity: true)
    withNameValues(fields) { pairs, count in
      _ = nghttp2_submit_trailer(session, id, pairs, count)
    }
  }

  private func submissionFailed(_ stream: HTTP2Stream, _ code: Int32) {
    // Only a client that has used all its stream identifiers, or memory, brings us here.
    if case .client(let client) = role { client.identifiersExhausted(self) }
    if stream.id == 0 {
      retire(stream, .connectionClosed(processed: false))
    } else {
      stream.reset(HTTP2ErrorCode.internalError)
    }
  }

  // MARK: Bodies

  private func provider(of stream: HTTP2Stream) -> nghttp2_data_provider {
    nghttp2_data_provider(
      source: nghttp2_data_source(ptr: Unmanaged.passUnretained(stream).toOpaque()),
      read_callback: { session, _, target, limit, flags, source, _ in
        guard let session, let target, let flags, let pointer = source?.pointee.ptr else {
          return Frame.deferred
        }
        return Unmanaged<HTTP2Stream>.fromOpaque(pointer)._withUnsafeGuaranteedRef { stream in
          stream.connection.pull(stream, session, target, limit, &flags.pointee)
        }
      })
  }

  /// Gives nghttp2 the next bytes of a body.
  private func pull(
    _ stream: HTTP2Stream, _ session: OpaquePointer, _ target: UnsafeMutablePointer<UInt8>,
    _ limit: Int, _ flags: inout UInt32
  ) -> Int {
    let count = stream.outbound.read(into: target, limit: limit)
    queuedBytes -= count
    stream.movedAt = now
    guard stream.outbound.count == 0 else { return count }
    switch stream.bodyEnd {
    case .open where count == 0:
      stream.local = .parked
      return Frame.deferred
    case .open: return count
    case .finished(let trailers):
      flags |= Frame.dataEnd
      localEnded(stream)
      if let trailers, !trailers.isEmpty {
        flags |= Frame.dataNoEndStream
        submitTrailers(trailers, stream.id, session)
      }
      return count
    }
  }

  private func localEnded(_ stream: HTTP2Stream) {
    stream.local = .ended
    guard case .server = role, stream.remote != .ended, !stream.endsEarly else { return }
    stream.endsEarly = true
    earlyEnds += 1
  }

  // MARK: What became of frames

  func frameSent(_ frame: UnsafePointer<nghttp2_frame>) {
    let header = frame.pointee.hd
    switch header.type {
    case Frame.headers:
      if case .client = role { stream(header.stream_id)?.wasSent = true }
      if header.flags & Frame.endStream != 0 { endStreamSent(header.stream_id) }
    case Frame.data:
      // One for the stream and one for the connection.
      windowUpdates = min(windowUpdates + 2, 1 << 20)
      pings = min(pings + 1, limits.controlBurst)
      if header.flags & Frame.endStream != 0 { endStreamSent(header.stream_id) }
    case Frame.resetStream:
      history.wasReset(header.stream_id)
      resetSent(frame.pointee.rst_stream.error_code)
    case Frame.goAway:
      if frame.pointee.goaway.error_code != HTTP2ErrorCode.noError { noteAbort() }
    default: break
    }
  }

  /// A peer that makes us reset stream after stream does our handlers the same harm as one that resets them
  /// itself (CVE-2025-8671).
  private func resetSent(_ code: UInt32) {
    guard code != HTTP2ErrorCode.noError, code != HTTP2ErrorCode.cancel,
      !streamErrors.take(now: now), let session
    else { return }
    nghttp2_session_terminate_session(session, HTTP2ErrorCode.enhanceYourCalm)
  }

  private func endStreamSent(_ id: Int32) {
    // A complete response before the end of its request: the rest is not wanted (RFC 9113, 8.1).
    guard earlyEnds > 0, let session, let stream = stream(id), stream.endsEarly,
      stream.remote != .ended
    else { return }
    nghttp2_submit_rst_stream(session, Frame.none, id, HTTP2ErrorCode.noError)
  }

  func frameNotSent(_ frame: UnsafePointer<nghttp2_frame>, _ code: Int32) {
    guard frame.pointee.hd.type == Frame.headers, let session,
      let stream = stream(frame.pointee.hd.stream_id)
    else { return }
    if stream.failure == nil { stream.failure = .limit(String(cString: nghttp2_strerror(code))) }
    nghttp2_submit_rst_stream(session, Frame.none, stream.id, HTTP2ErrorCode.internalError)
  }

  // MARK: Names and values

  /// Calls `body` with `nameValues` and then the fields, as nghttp2 wants them.
  private func withNameValues<R>(
    _ fields: HTTPFields, _ body: (UnsafePointer<nghttp2_nv>?, Int) -> R
  ) -> R {
    fields.bytes.withUnsafeBytes { _ in
      fields.forEachField { nameValues.append(nameValue($0, $1)) }
      return nameValues.withUnsafeBufferPointer { body($0.baseAddress, $0.count) }
    }
  }

  private func withNameValues<R>(
    _ pseudo: HTTPFields, _ fields: HTTPFields, _ body: (UnsafePointer<nghttp2_nv>?, Int) -> R
  ) -> R {
    pseudo.bytes.withUnsafeBytes { _ in
      pseudo.forEachField { nameValues.append(nameValue($0, $1)) }
      return withNameValues(fields, body)
    }
  }

  private func nameValue(_ name: StaticString, _ value: UnsafeRawBufferPointer) -> nghttp2_nv {
    nameValue(
      UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
  }

  private func nameValue(
    _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
  ) -> nghttp2_nv {
    nghttp2_nv(
      name: UnsafeMutablePointer(mutating: name.baseAddress?.assumingMemoryBound(to: UInt8.self)),
      value: UnsafeMutablePointer(mutating: value.baseAddress?.assumingMemoryBound(to: UInt8.self)),
      namelen: name.count, valuelen: value.count, flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue))
  }
}

extension HTTPFields {
  fileprivate mutating func appendPseudo(_ name: StaticString, _ value: String) {
    var value = value
    value.withUTF8 {
      appendVerified(
        UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount),
        UnsafeRawBufferPointer($0))
    }
  }
}

// Decides how nghttp2's callbacks reach the connection they belong to: one callbacks object for the whole
// process, whose functions only find the connection and forward.

import CNGHTTP2

/// What nghttp2 calls while it reads and writes frames.
enum SessionCallbacks {
  /// Built once, before the first session, and never written again: nghttp2 copies from it.
  nonisolated(unsafe) static let shared: OpaquePointer = make()

  private static func make() -> OpaquePointer {
    var created: OpaquePointer?
    guard nghttp2_session_callbacks_new(&created) == 0, let callbacks = created else {
      preconditionFailure("out of memory")
    }
    setReceiving(callbacks)
    setSending(callbacks)
    return callbacks
  }

  private static func setReceiving(_ callbacks: OpaquePointer) {
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks) { _, frame, user in
      if let frame { connection(user).sectionBegan(frame) }
      return 0
    }
    nghttp2_session_callbacks_set_on_header_callback(callbacks) {
      _, _, name, nameLength, value, valueLength, _, user in
      let section = connection(user).section
      section.add(
        UnsafeRawBufferPointer(start: name, count: nameLength),
        UnsafeRawBufferPointer(start: value, count: valueLength))
      // A section that grows on and on costs more to read than to send: nothing of it is read any more.
      return section.isHopeless ? Frame.fatal : 0
    }
    nghttp2_session_callbacks_set_on_invalid_header_callback(callbacks) {
      session, frame, _, _, _, _, _, user in
      if let frame { connection(user).invalidField(frame.pointee.hd.stream_id) }
      return 0
    }
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks) {
      _, _, id, data, length, user in
      connection(user).bodyArrived(id, UnsafeRawBufferPointer(start: data, count: length))
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks) { _, frame, user in
      if let frame { connection(user).frameArrived(frame) }
      return 0
    }
    nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(callbacks) {
      _, frame, code, user in
      if let frame { connection(user).invalidFrame(frame.pointee.hd.stream_id, code) }
      return 0
    }
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks) { _, id, code, user in
      connection(user).streamEnded(id, code)
      return 0
    }
  }

  private static func setSending(_ callbacks: OpaquePointer) {
    nghttp2_session_callbacks_set_on_frame_send_callback(callbacks) { _, frame, user in
      if let frame { connection(user).frameSent(frame) }
      return 0
    }
    nghttp2_session_callbacks_set_on_frame_not_send_callback(callbacks) { _, frame, code, user in
      if let frame { connection(user).frameNotSent(frame, code) }
      return 0
    }
  }
}

/// The connection a session was made for.
@inline(__always)
private func connection(_ user: UnsafeMutableRawPointer?) -> HTTP2Connection {
  // A session is made with its connection as user data and deleted before the connection goes.
  Unmanaged<HTTP2Connection>.fromOpaque(user.unsafelyUnwrapped)._withUnsafeGuaranteedRef { $0 }
}

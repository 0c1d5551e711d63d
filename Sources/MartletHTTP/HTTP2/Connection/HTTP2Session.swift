// Decides the settings a session starts with and the guards nghttp2 itself keeps on it.

import CNGHTTP2

/// Makes nghttp2 sessions.
enum HTTP2Session {
  /// Which end of the connection a session is.
  enum Side { case server, client }

  /// Makes a session with its SETTINGS queued; `user` reaches every callback.
  static func make(
    _ side: Side, limits: HTTPLimits, user: UnsafeMutableRawPointer
  ) -> OpaquePointer? {
    var created: OpaquePointer?
    guard nghttp2_option_new(&created) == 0, let option = created else { return nil }
    defer { nghttp2_option_del(option) }
    // The stream window is credited as the receiver uses bytes up, never by itself.
    nghttp2_option_set_no_auto_window_update(option, 1)
    nghttp2_option_set_no_closed_streams(option, 1)
    nghttp2_option_set_max_settings(option, 32)
    nghttp2_option_set_max_outbound_ack(option, 1_000)
    nghttp2_option_set_max_continuations(option, limits.continuations)
    // Behind our own, which says why: nghttp2's ends a connection without a reason.
    nghttp2_option_set_stream_reset_rate_limit(
      option, UInt64(limits.resetBurst) * 2, UInt64(limits.resetsPerSecond) * 2)

    var session: OpaquePointer?
    // The session copies both.
    var memory = SessionMemory.functions
    let callbacks = SessionCallbacks.shared
    switch side {
    case .server: nghttp2_session_server_new3(&session, callbacks, user, option, &memory)
    case .client: nghttp2_session_client_new3(&session, callbacks, user, option, &memory)
    }
    if let session { submitSettings(session, side, limits) }
    return session
  }

  private static func submitSettings(_ session: OpaquePointer, _ side: Side, _ limits: HTTPLimits) {
    var settings = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits.streamWindow),
      entry(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.headerListSize),
    ]
    switch side {
    case .server:
      settings.append(entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.concurrentStreams))
    case .client: settings.append(entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    }
    nghttp2_submit_settings(session, Frame.none, settings, settings.count)
    nghttp2_session_set_local_window_size(
      session, Frame.none, 0, Int32(clamping: limits.connectionWindow))
  }

  private static func entry(
    _ id: nghttp2_settings_id, _ value: Int
  ) -> nghttp2_settings_entry {
    nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
  }
}

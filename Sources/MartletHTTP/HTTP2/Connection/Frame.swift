// Decides the names of the numbers of nghttp2's C interface that the callbacks compare with.

import CNGHTTP2

/// Frame types, flags and header categories, in the integer types the frames carry.
enum Frame {
  static let data = UInt8(NGHTTP2_DATA.rawValue)
  static let headers = UInt8(NGHTTP2_HEADERS.rawValue)
  static let priority = UInt8(NGHTTP2_PRIORITY.rawValue)
  static let resetStream = UInt8(NGHTTP2_RST_STREAM.rawValue)
  static let settings = UInt8(NGHTTP2_SETTINGS.rawValue)
  static let ping = UInt8(NGHTTP2_PING.rawValue)
  static let goAway = UInt8(NGHTTP2_GOAWAY.rawValue)
  static let windowUpdate = UInt8(NGHTTP2_WINDOW_UPDATE.rawValue)
  static let prefaceSize = Int(NGHTTP2_CLIENT_MAGIC_LEN)
  /// The first type that RFC 9113 does not know.
  static let firstUnknown: UInt8 = 10

  static let endStream = UInt8(NGHTTP2_FLAG_END_STREAM.rawValue)
  static let ack = UInt8(NGHTTP2_FLAG_ACK.rawValue)
  static let none = UInt8(NGHTTP2_FLAG_NONE.rawValue)

  static let dataEnd = UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
  static let dataNoEndStream = UInt32(NGHTTP2_DATA_FLAG_NO_END_STREAM.rawValue)

  static let fatal = Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
  static let badPreface = Int(NGHTTP2_ERR_BAD_CLIENT_MAGIC.rawValue)
  static let deferred = ssize_t(NGHTTP2_ERR_DEFERRED.rawValue)
}

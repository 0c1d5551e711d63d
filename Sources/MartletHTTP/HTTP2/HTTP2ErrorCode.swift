// Decides the names of the numbers HTTP/2 ends streams and connections with.

/// The error codes of RFC 9113, section 7.
public enum HTTP2ErrorCode {
  /// A graceful end.
  public static let noError: UInt32 = 0x0
  /// The peer broke the protocol.
  public static let protocolError: UInt32 = 0x1
  /// An unexpected failure on this side.
  public static let internalError: UInt32 = 0x2
  /// The peer broke flow control.
  public static let flowControlError: UInt32 = 0x3
  /// A frame came on a stream that had ended.
  public static let streamClosed: UInt32 = 0x5
  /// Nothing of the stream was processed: it is safe to retry.
  public static let refusedStream: UInt32 = 0x7
  /// The stream is no longer wanted.
  public static let cancel: UInt32 = 0x8
  /// The peer asks for too much.
  public static let enhanceYourCalm: UInt32 = 0xb
  /// The peer must use HTTP/1.1 for this request.
  public static let http11Required: UInt32 = 0xd
}

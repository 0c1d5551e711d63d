// Decides what a peer may ask of a connection: every bound on memory, number and time in one value.

/// The bounds of a listener and of its connections, or of a client's connection.
public struct HTTPLimits: Sendable {
  /// Connections open at once on a listener; more are closed as they come.
  public var connections = 16_000
  /// Connections open at once from one address; more are closed as they come. Behind one address there may be many
  /// programs, or a proxy; half of all unless chosen, so that one alone never keeps the others out.
  public var connectionsPerAddress = 10_000
  /// Exchanges open at once on a connection.
  public var concurrentStreams = 1_000
  /// Size of a field section in bytes, counted as RFC 9113, 6.5.2 does; more is answered with 431.
  public var headerListSize = 16 * 1024
  /// Number of fields in a section; more is answered with 431.
  public var headerCount = 100
  /// CONTINUATION frames in a section; more end the connection.
  public var continuations = 8
  /// Bytes of HTTP/1.1 framing (blank lines, chunk sizes and extensions) that may come beyond 16 for each byte of
  /// body; more is answered with 400.
  public var framingOverhead = 64 * 1024
  /// How long a connection may go without an exchange; nil for ever.
  public var idleTimeout: Duration? = .seconds(300)
  /// How long a peer may take from the connection to its first request head (HTTP/1.1) or its SETTINGS
  /// (HTTP/2); nil for ever.
  public var handshakeTimeout: Duration? = .seconds(10)
  /// How long a peer may take from the first byte of a later request head to its last; nil for ever.
  public var headerTimeout: Duration? = .seconds(10)
  /// How often the files of a certificate are looked at, in case they were renewed.
  public var certificateInterval: Duration = .seconds(10)
  /// How long a whole answer may wait without its reader taking any of it.
  public var writeTimeout: Duration = .seconds(60)
  /// How long to wait for a connection to be made, on a client.
  public var connectTimeout: Duration = .seconds(10)
  /// How long an HTTP/2 connection may be silent before it is asked for a sign of life; nil never asks.
  public var keepaliveInterval: Duration? = .seconds(60)
  /// How long the answer to that may take before the connection is closed.
  public var keepaliveTimeout: Duration = .seconds(20)
  /// How long a shutdown waits for the answer to its notice before it refuses further streams.
  public var drainNotice: Duration = .seconds(1)
  /// Bytes of a stream's body that may wait to be sent before `isWritable` turns false.
  public var highWaterMark = 256 * 1024
  /// Bytes of all bodies of a connection that may wait to be sent before every `isWritable` turns false.
  public var connectionHighWaterMark = 8 << 20
  /// Bytes of a stream's body a peer may send before `consumed` says they were used up.
  public var streamWindow = 1 << 20
  /// Bytes a peer may have in flight on a connection, and bytes of all its bodies that may wait to be used
  /// up before it must wait.
  public var connectionWindow = 8 << 20
  /// Streams a peer may reset in a burst before its connection is ended.
  public var resetBurst = 1_000
  /// Resets by which that burst refills each second.
  public var resetsPerSecond = 33
  /// Streams a peer may make us reset in a burst, by frames that are wrong, before its connection is ended.
  public var streamErrorBurst = 1_000
  /// Such resets by which that burst refills each second.
  public var streamErrorsPerSecond = 33
  /// Control frames (PING, SETTINGS, PRIORITY, empty DATA) a peer may send in a burst before its
  /// connection is ended; a PING for each piece of a body that was sent to it is free.
  public var controlBurst = 2_000
  /// Control frames by which that burst refills each second.
  public var controlsPerSecond = 200

  /// The bounds of a public listener.
  public init() {}
}

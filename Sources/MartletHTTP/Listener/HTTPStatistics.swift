// Decides what a listener tells the metrics about itself.

/// Counters and gauges of a listener at one moment.
public struct HTTPStatistics: Sendable, Equatable {
  /// Connections open now.
  public var openConnections = 0
  /// Connections accepted since the start.
  public var acceptedConnections = 0
  /// Connections refused because the limit was reached.
  public var refusedConnections = 0
  /// Exchanges open now.
  public var openStreams = 0
  /// Requests accepted since the start.
  public var requests = 0
  /// Connections ended because their peer broke the protocol or a limit.
  public var abortedConnections = 0
}

// Decides which of several writers of one queue is told that there is work, and who takes over when one loses its
// connection.

import MartletPostgres

/// The writers of one queue.
final class WriterCrew: Sendable {
  private let writers = Locked<[PostgresWriter]>([])

  /// Sets the writers; none once they are ended.
  func set(_ writers: [PostgresWriter]) { self.writers.withLock { $0 = writers } }

  /// Says that there is work. One that sleeps takes all there is, and the others help while it is at work; without any
  /// connection each of them is told, so that what waits fails at once.
  func wake() {
    let writers = writers.withLock { $0 }
    if writers.contains(where: { $0.isConnected && $0.wake() }) { return }
    if !writers.contains(where: \.isConnected) { for writer in writers { writer.wake() } }
  }

  /// Hands what waits to those that have a connection, for one that has lost its own.
  /// - Returns: Whether there is one.
  func takeOver() -> Bool {
    let connected = writers.withLock { $0 }.filter(\.isConnected)
    for writer in connected { writer.wake() }
    return !connected.isEmpty
  }
}

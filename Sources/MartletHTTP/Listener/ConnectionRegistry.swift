// Decides how many connections a listener has and when the last is gone.

import NIOConcurrencyHelpers
import NIOCore
import Synchronization

/// The open connections of a listener.
final class ConnectionRegistry: Sendable {
  /// Whether connections are still taken.
  private enum Stage {
    case open
    case draining
  }

  private struct State {
    var stage = Stage.open
    var channels: [ObjectIdentifier: any Channel] = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = NIOLockedValueBox(State())
  private let limit: Int
  private let counters: ServerCounters

  init(limit: Int, counters: ServerCounters) {
    self.limit = limit
    self.counters = counters
  }

  /// Takes a connection in; false when it must be closed.
  func admit(_ channel: any Channel) -> Bool {
    let admitted = state.withLockedValue { state in
      guard case .open = state.stage, state.channels.count < limit else { return false }
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
    guard admitted else {
      counters.refusedConnections.add(1, ordering: .relaxed)
      return false
    }
    counters.acceptedConnections.add(1, ordering: .relaxed)
    counters.openConnections.add(1, ordering: .relaxed)
    channel.closeFuture.whenComplete { _ in self.release(channel) }
    return true
  }

  private func release(_ channel: any Channel) {
    counters.openConnections.subtract(1, ordering: .relaxed)
    let waiters = state.withLockedValue { state in
      state.channels[ObjectIdentifier(channel)] = nil
      guard state.channels.isEmpty else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Takes no more connections and asks those there to end.
  func drain() {
    let channels = state.withLockedValue { state in
      state.stage = .draining
      return Array(state.channels.values)
    }
    for channel in channels {
      channel.pipeline.fireUserInboundEventTriggered(ConnectionDrainEvent.begin)
    }
  }

  /// Closes every connection at once, and returns how many there were.
  func closeAll() -> Int {
    let channels = state.withLockedValue { Array($0.channels.values) }
    for channel in channels { channel.close(promise: nil) }
    return channels.count
  }

  /// Returns when no connection is left.
  func awaitEmpty() async {
    await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
      let isEmpty = state.withLockedValue { state in
        if !state.channels.isEmpty { state.waiters.append(waiter) }
        return state.channels.isEmpty
      }
      if isEmpty { waiter.resume() }
    }
  }
}

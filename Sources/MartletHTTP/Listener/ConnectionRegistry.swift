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
    var perAddress: [String: Int] = [:]
    var untold = 0
    var toldAt: NIODeadline?
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = NIOLockedValueBox(State())
  private let limits: HTTPLimits
  private let counters: ServerCounters

  init(limits: HTTPLimits, counters: ServerCounters) {
    self.limits = limits
    self.counters = counters
  }

  /// Takes a connection in; false when it must be closed.
  func admit(_ channel: any Channel) -> Bool {
    // Those of a Unix-domain socket have none, and count as one.
    let address = channel.remoteAddress?.ipAddress ?? ""
    let admitted = state.withLockedValue { state in
      guard case .open = state.stage, state.channels.count < limits.connections,
        state.perAddress[address, default: 0] < limits.connectionsPerAddress
      else { return false }
      state.perAddress[address, default: 0] += 1
      state.channels[ObjectIdentifier(channel)] = channel
      return true
    }
    guard admitted else {
      counters.refusedConnections.add(1, ordering: .relaxed)
      return false
    }
    counters.acceptedConnections.add(1, ordering: .relaxed)
    counters.openConnections.add(1, ordering: .relaxed)
    channel.closeFuture.whenComplete { _ in self.release(channel, address) }
    return true
  }

  /// How many refusals the log has not heard of, at most once a second.
  func refusalsToTell(now: NIODeadline = .now()) -> Int? {
    state.withLockedValue { state in
      state.untold += 1
      if let toldAt = state.toldAt, now - toldAt < .seconds(1) { return nil }
      defer { state.untold = 0 }
      state.toldAt = now
      return state.untold
    }
  }

  private func release(_ channel: any Channel, _ address: String) {
    counters.openConnections.subtract(1, ordering: .relaxed)
    let waiters = state.withLockedValue { state in
      state.channels[ObjectIdentifier(channel)] = nil
      let left = state.perAddress[address, default: 0] - 1
      state.perAddress[address] = left > 0 ? left : nil
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

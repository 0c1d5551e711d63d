// Decides how a channel comes by its connection: when it is first needed, again when it was lost, address by
// address, with growing waits; and which calls wait for it.

import Logging
import MartletCall
import MartletHTTP
import NIOCore

/// The connection of a channel, and the calls that wait for one.
///
/// `@unchecked Sendable`: every variable is touched on the loop of `executor` only.
final class ChannelCore: HTTPClientConnectionObserver, @unchecked Sendable {
  /// How a connection is made.
  typealias Connect = @Sendable () async throws -> any ClientRoad

  /// idle → connecting → ready → idle …; connecting → resting → connecting; any → closed.
  private enum State {
    /// No connection, none wanted.
    case idle
    /// The addresses are tried in turn.
    case connecting
    /// Calls go out at once.
    case ready(any ClientRoad)
    /// All addresses failed; the timer ends the rest.
    case resting(Scheduled<Void>, Status)
    /// No calls any more.
    case closed
  }

  let executor: LoopExecutor
  let configuration: RPCChannel.Configuration
  private let connect: Connect
  private var state = State.idle
  private var connecting: Task<Void, Never>?
  private var failures = 0
  private var random = FastRandom()
  private var waiting: [ObjectIdentifier: ClientCallCore] = [:]

  init(executor: LoopExecutor, configuration: RPCChannel.Configuration, connect: @escaping Connect)
  {
    self.executor = executor
    self.configuration = configuration
    self.connect = connect
  }

  /// Runs on the loop, now if this is it.
  func onLoop(_ body: @escaping @Sendable () -> Void) {
    if executor.loop.inEventLoop { body() } else { executor.submit(body) }
  }

  // MARK: Calls

  /// Gives a call a connection, now or when there is one, or fails it.
  func admit(_ call: ClientCallCore) {
    switch state {
    case .ready(let road) where road.isAcceptingStreams: return call.connected(road)
    case .ready, .idle:
      waiting[ObjectIdentifier(call)] = call
      return beginConnecting()
    case .connecting: break
    case .resting(_, let status):
      if !call.waitsForReady { return call.end(CallFailure(status, unprocessed: true)) }
    case .closed:
      return call.end(CallFailure(Status(.unavailable, "the channel is closed")))
    }
    waiting[ObjectIdentifier(call)] = call
  }

  /// Forgets a call that waits no longer.
  func dismiss(_ call: ClientCallCore) { waiting[ObjectIdentifier(call)] = nil }

  // MARK: The connection

  private func beginConnecting() {
    state = .connecting
    let task = Task.immediate(executorPreference: executor) { [self] in
      let result: Result<any ClientRoad, any Error>
      do { result = .success(try await connect()) } catch { result = .failure(error) }
      connecting = nil
      finishConnecting(result)
    }
    if case .connecting = state { connecting = task }
  }

  private func finishConnecting(_ result: Result<any ClientRoad, any Error>) {
    if case .closed = state {
      if case .success(let road) = result { road.close() }
      return
    }
    switch result {
    case .success(let road):
      failures = 0
      state = .ready(road)
      road.observe(self)
      let calls = waiting.values
      waiting = [:]
      for call in calls { call.connected(road) }
    case .failure(let error):
      failures += 1
      let status = Status(.unavailable, "cannot reach the server: \(error)")
      let delay = configuration.reconnect.delay(afterFailures: failures, using: &random)
      let timer = executor.loop.scheduleTask(in: TimeAmount(delay)) { [self] in
        rested()
      }
      state = .resting(timer, status)
      for call in waiting.values where !call.waitsForReady {
        waiting[ObjectIdentifier(call)] = nil
        call.end(CallFailure(status, unprocessed: true))
      }
    }
  }

  private func rested() {
    guard case .resting = state else { return }
    if waiting.isEmpty { state = .idle } else { beginConnecting() }
  }

  /// Whether a connection is the one in use.
  private func isCurrent(_ road: any ClientRoad) -> Bool {
    if case .ready(let current) = state { current === road } else { false }
  }

  /// The connection takes no further calls; the next one makes another.
  func roadEnded(_ road: any ClientRoad) {
    if isCurrent(road) { state = .idle }
  }

  func connectionHasCapacity(_ connection: HTTPClientConnection) {}
  func connectionIsDraining(_ connection: HTTPClientConnection) { roadEnded(connection) }
  func connectionClosed(_ connection: HTTPClientConnection) { roadEnded(connection) }

  /// Ends the channel.
  func close() {
    switch state {
    case .ready(let road): road.close()
    case .resting(let timer, _): timer.cancel()
    case .connecting: connecting?.cancel()
    case .idle, .closed: break
    }
    state = .closed
    let calls = waiting.values
    waiting = [:]
    for call in calls { call.end(CallFailure(Status(.unavailable, "the channel was closed"))) }
  }
}

// Decides how one attempt of a tracked body goes: it ends, fails, takes too long or is stopped.

internal import MartletProto
internal import Synchronization

/// How an attempt ended.
enum Attempt<Value: Sendable>: Sendable {
  /// Well.
  case success(Value)
  /// By an error; the state is what the server is told.
  case failure(any Error, State)

  /// Executes a body in a task of its own, which is cancelled when it is to stop or its time is over.
  static func make(
    timeout: Duration?, stop: StopSwitch, _ body: @escaping @Sendable () async throws -> Value
  ) async -> Attempt {
    let work = Task { try await body() }
    stop.control { work.cancel() }
    defer { stop.control(nil) }
    let timer = timeout.map { timeout in
      Task {
        guard (try? await Task.sleep(for: timeout)) != nil else { return false }
        work.cancel()
        return true
      }
    }
    let result = await work.result
    timer?.cancel()
    let isOver = await timer?.value ?? false
    switch result {
    case .success(let value): return .success(value)
    case .failure(let error):
      if isOver {
        var state = State.failed("TimedOut", "still running after \(timeout ?? .zero)")
        state.name = "TimedOut"
        return .failure(error, state)
      }
      if error is CancellationError || work.isCancelled {
        return .failure(error, State(type: .cancelled, message: "cancelled"))
      }
      return .failure(error, .failed("\(Swift.type(of: error))", "\(error)"))
    }
  }
}

/// Stops whatever a run is doing at the moment; once turned, all that comes later.
final class StopSwitch: Sendable {
  private struct Wires {
    var isTurned = false
    var action: (@Sendable () -> Void)?
  }
  private let wires = Mutex(Wires())

  /// Stops.
  func turn() {
    let action = wires.withLock {
      $0.isTurned = true
      return $0.action
    }
    action?()
  }

  /// Says what stopping means from now on.
  func control(_ action: (@Sendable () -> Void)?) {
    let isTurned = wires.withLock {
      $0.action = action
      return $0.isTurned
    }
    if isTurned { action?() }
  }

  /// Waits; false when it was stopped before or meanwhile.
  func sleep(for delay: Duration) async -> Bool {
    let pause = Task { try await Task.sleep(for: delay) }
    control { pause.cancel() }
    defer { control(nil) }
    return (try? await pause.value) != nil && wires.withLock { !$0.isTurned }
  }
}

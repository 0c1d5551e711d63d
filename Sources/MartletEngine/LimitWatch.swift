// Decides when limits that are watched are looked at: once for all watchers of this process, and only when something
// happened to limits, here or, as a hint says, elsewhere.

public import MartletModel
public import MartletStore
import Synchronization

/// Which limits somebody watches.
public enum WatchedLimits: Sendable, Hashable {
  /// Those of a scope, or of all, whose names begin with a text; of more than 1000 the first by scope and name.
  case list(scope: LimitScope?, prefix: String)
  /// These; who is not there yet is watched from when it is.
  case references(Set<LimitReference>)
}

/// Tells watchers how full limits are. Sleeps while there are none.
public final class LimitWatch: PacedService {
  private struct Question: Hashable {
    var namespace: Namespace
    var limits: WatchedLimits
  }

  private struct State {
    var watchers: [Question: [UInt64: AsyncStream<[SlotLimit]>.Continuation]] = [:]
    var next: UInt64 = 0
    var isClosed = false
    var looked = ContinuousClock.now
    /// Whether slots come back by time, of which nobody tells.
    var isDraining = false
    var looks = 0
  }

  /// What the services of the engine share.
  public let context: EngineContext
  private let state = Mutex(State())
  private let begun = CommitSignal()
  /// The most limits of a list.
  private static let most = 1000

  /// Makes the service.
  public init(_ context: EngineContext) { self.context = context }

  /// How many statements were sent to look at limits, but for those with which watchers begin.
  public var looks: Int { state.withLock { $0.looks } }

  /// Limits as they are from now on, each time one of them may have changed, in whole; of several looks that nobody took
  /// the last counts. Ends when the server stops.
  public func follow(
    _ limits: WatchedLimits, in namespace: Namespace
  ) -> AsyncStream<[SlotLimit]> {
    let question = Question(namespace: namespace, limits: limits)
    let (stream, sink) = AsyncStream.makeStream(
      of: [SlotLimit].self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state -> UInt64? in
      guard !state.isClosed else { return nil }
      state.next += 1
      state.watchers[question, default: [:]][state.next] = sink
      return state.next
    }
    guard let id else {
      sink.finish()
      return stream
    }
    sink.onTermination = { [weak self] _ in self?.leave(question, id) }
    begun.raise()
    return stream
  }

  /// Reads limits as they are now.
  public func look(
    at limits: WatchedLimits, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [SlotLimit] {
    switch limits {
    case .list(let scope, let prefix):
      try await store.listLimits(
        in: namespace, scope: scope, prefix: prefix, limit: Self.most, deadline: deadline)
    case .references(let references):
      try await store.limits(references, in: namespace, deadline: deadline)
    }
  }

  /// Waits until something happened to limits, and looks at those that are watched.
  public func step() async throws -> Duration {
    guard state.withLock({ !$0.watchers.isEmpty }) else {
      _ = await begun.wait(atMost: .seconds(60))
      return .zero
    }
    let isTold = await store.limitSignals.changes.wait(atMost: settings.limitWatchPause)
    let (questions, isDue) = state.withLock { state in
      (
        Array(state.watchers.keys),
        state.isDraining || state.looked + settings.limitWatchInterval < .now
      )
    }
    guard isTold || isDue else { return .zero }
    var isDraining = false
    for question in questions {
      let limits = try await look(at: question.limits, in: question.namespace)
      isDraining = isDraining || limits.contains { $0.decay > 0 && $0.taken > 0 }
      let sinks = state.withLock { state in
        state.looks += 1
        return state.watchers[question].map { Array($0.values) } ?? []
      }
      for sink in sinks { sink.yield(limits) }
    }
    state.withLock { state in
      state.looked = .now
      state.isDraining = isDraining
    }
    return settings.limitWatchPause
  }

  /// Sends every watcher away.
  public func close() {
    let sinks = state.withLock { state in
      state.isClosed = true
      return state.watchers.values.flatMap(\.values)
    }
    for sink in sinks { sink.finish() }
  }

  /// Sends every watcher away.
  public func stop() async { close() }

  private func leave(_ question: Question, _ id: UInt64) {
    state.withLock { state in
      state.watchers[question]?[id] = nil
      if state.watchers[question]?.isEmpty == true { state.watchers[question] = nil }
    }
  }
}

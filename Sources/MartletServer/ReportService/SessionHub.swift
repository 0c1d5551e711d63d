// Decides how what the server wants of an executor finds the stream that the executor listens on.

internal import MartletModel
internal import MartletProto
internal import Synchronization

/// The report streams of this replica, by the session that speaks on them.
final class SessionHub: Sendable {
  /// Something that listens for directives.
  final class Listener: Sendable {
    /// The directives, in order.
    let directives: AsyncStream<Directive>
    private let sink: AsyncStream<Directive>.Continuation

    init() {
      // A client that does not read loses the oldest: it hears them again from the verdicts of its reports.
      (directives, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
    }

    func send(_ directive: Directive) { sink.yield(directive) }
    func finish() { sink.finish() }
  }

  private struct State: Sendable {
    var bySession: [SessionID: [ObjectIdentifier: Listener]] = [:]
    var namespaces: [SessionID: Namespace] = [:]
    var streams: [ObjectIdentifier: Listener] = [:]
    var isClosed = false
  }
  private let state = Mutex(State())

  /// Sends to every stream of a session on this replica.
  func send(_ directive: Directive, to session: SessionID) {
    let found = state.withLock { $0.bySession[session].map { Array($0.values) } ?? [] }
    for listener in found { listener.send(directive) }
  }

  /// Takes a stream in; it is finished at once when the server is stopping.
  func enter(_ listener: Listener) {
    let isClosed = state.withLock { state in
      state.streams[ObjectIdentifier(listener)] = listener
      return state.isClosed
    }
    if isClosed { listener.finish() }
  }

  /// Begins to listen for a session.
  func join(_ listener: Listener, session: SessionID, in namespace: Namespace) {
    state.withLock { state in
      state.bySession[session, default: [:]][ObjectIdentifier(listener)] = listener
      state.namespaces[session] = namespace
    }
  }

  /// Ends to listen.
  func leave(_ listener: Listener, session: SessionID?) {
    state.withLock { state in
      state.streams[ObjectIdentifier(listener)] = nil
      guard let session else { return }
      state.bySession[session]?[ObjectIdentifier(listener)] = nil
      if state.bySession[session]?.isEmpty == true {
        state.bySession[session] = nil
        state.namespaces[session] = nil
      }
    }
  }

  /// Ends every stream: the server is stopping, and their clients go to another one.
  func close() {
    let streams = state.withLock { state in
      state.isClosed = true
      return Array(state.streams.values)
    }
    for listener in streams { listener.finish() }
  }

  /// The sessions that listen here, with their namespaces.
  var listening: [SessionID: Namespace] { state.withLock { $0.namespaces } }
}

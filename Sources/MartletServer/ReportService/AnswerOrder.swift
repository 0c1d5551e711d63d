// Decides that the answers of a stream are written in the order of its frames, though several are under way.

internal import Synchronization

/// A queue for turns: tickets are taken in order, and each waits until those before it are done.
final class AnswerOrder: Sendable {
  private struct State: Sendable {
    var nextTicket = 0
    var turn = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    var room: [CheckedContinuation<Void, Never>] = []
  }
  private let state = Mutex(State())
  private let limit: Int

  /// Lets at most `limit` tickets be out at once.
  init(limit: Int) { self.limit = limit }

  /// Takes the next ticket, when there is room.
  func ticket() async -> Int {
    while true {
      let ticket = state.withLock { state -> Int? in
        guard state.nextTicket - state.turn < limit else { return nil }
        state.nextTicket += 1
        return state.nextTicket - 1
      }
      if let ticket { return ticket }
      await withCheckedContinuation { continuation in
        let isFree = state.withLock { state in
          guard state.nextTicket - state.turn >= limit else { return true }
          state.room.append(continuation)
          return false
        }
        if isFree { continuation.resume() }
      }
    }
  }

  /// Waits for the ticket's turn.
  func wait(_ ticket: Int) async {
    await withCheckedContinuation { continuation in
      let isNow = state.withLock { state in
        guard state.turn < ticket else { return true }
        state.waiting[ticket] = continuation
        return false
      }
      if isNow { continuation.resume() }
    }
  }

  /// Ends the turn that is on.
  func done() {
    let (next, room) = state.withLock { state in
      state.turn += 1
      let room = state.room
      state.room = []
      return (state.waiting.removeValue(forKey: state.turn), room)
    }
    next?.resume()
    for continuation in room { continuation.resume() }
  }
}

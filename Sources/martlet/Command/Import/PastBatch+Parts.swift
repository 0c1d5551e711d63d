// Decides how a run is sent whose history is longer than a message: in parts, in one call.

import Martlet
import MartletCall
import MartletProto
import MartletRPC
import MartletWire

extension PastBatch {
  /// The most bytes of transitions in a part.
  private static let mostOfPart = 256 << 10

  /// Sends a run whose history is longer than a message.
  static func sendInParts(
    _ history: RunHistory, _ place: String, over connection: Connection
  ) async throws -> Fate {
    do {
      try await send(history, over: connection)
      return Fate(kind: .history, outcome: .there, place: place)
    } catch let status as Status
      where status.isAboutTheRecord
      || status.code == .resourceExhausted && status.reason != "OVERLOADED"
    {
      return fate(.history, place, status)
    }
  }

  private static func send(_ history: RunHistory, over connection: Connection) async throws {
    let call = try await connection.client.runs.importRun()
    var part = ImportRunRequest(
      namespace: connection.namespace, history: RunHistory(run: history.run))
    var size = 0
    do {
      for transition in history.transitions {
        let count = transition.withEncodedBytes(\.count)
        if size > 0, size + count > mostOfPart {
          try await call.requests.write(part)
          part.history = RunHistory()
          size = 0
        }
        part.history?.transitions.append(transition)
        size += count
      }
      try await call.requests.write(part)
      try await call.finishRequests()
    } catch let status as Status where status.code == .cancelled {
      // The server has answered before the end: what it says follows.
    }
    guard try await call.responses.next() != nil else {
      throw Status(.internal, "the server gave no answer")
    }
  }
}

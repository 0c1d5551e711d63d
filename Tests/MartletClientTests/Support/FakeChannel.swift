// Decides how a test stands in for a server that only takes batches: it remembers them and answers as it is told.

import MartletCall
import MartletProto
import MartletWire
import Synchronization

/// A road to nowhere.
final class FakeChannel: CallChannel {
  static let away = Status(.unavailable, "away")

  private struct State {
    var requests: [BatchReportRequest] = []
    var answer: @Sendable (BatchReportRequest) throws -> [ReportResult] = { request in
      request.reports.map { report in
        ReportResult(
          runID: report.runID, seq: report.seq, outcome: .verdict(Verdict(code: .accepted)))
      }
    }
  }
  private let state = Mutex(State())

  /// What was sent, calls that failed left out.
  var requests: [BatchReportRequest] { state.withLock { $0.requests } }
  var reports: [RunReport] { requests.flatMap(\.reports) }

  func answer(_ answer: @escaping @Sendable (BatchReportRequest) throws -> [ReportResult]) {
    state.withLock { $0.answer = answer }
  }

  func unary<Q: Message, R: Message>(
    _ method: MethodDescriptor, _ request: Q, returning: R.Type, options: CallOptions
  ) async throws -> R {
    guard let request = request as? BatchReportRequest else { throw Self.away }
    let results = try state.withLock { state in
      let results = try state.answer(request)
      state.requests.append(request)
      return results
    }
    guard let response = BatchReportResponse(results: results) as? R else { throw Self.away }
    return response
  }

  func open<Q: Message, R: Message>(
    _ method: MethodDescriptor, sending: Q.Type, returning: R.Type, options: CallOptions
  ) async throws -> ClientCall<Q, R> { throw Self.away }
}

// Decides how a stream of lines is written: each message is durable before the next is read, and the first line that
// cannot be stored ends the stream.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletRPC

extension LogHandlers {
  func writeLogs(_ requests: MessageStream<WriteLogsRequest>, context: CallContext) async throws
    -> WriteLogsResponse
  {
    try await answering {
      var namespace: Namespace?
      var response = WriteLogsResponse()
      while let request = try await requests.next() {
        let space = try namespace ?? backend.namespace(request.namespace, context)
        namespace = space
        let written = try await write(request.entries, space)
        if let failure = written.failures.first, let error = failure.error {
          throw error.reason == "RUN_DELETED"
            ? Status.failedPrecondition(
              reason: error.reason, subject: "run:\(request.entries[Int(failure.index)].runID)",
              error.message)
            : Status.invalid(field: error.field, error.message)
        }
        response.written += written.new
        response.duplicates += written.old
      }
      return response
    }
  }
}

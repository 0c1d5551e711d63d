// Decides how a result comes in parts: each message is stored, or fits into one chunk of memory, before the next is read.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func uploadResult(_ requests: MessageStream<UploadResultRequest>, context: CallContext)
    async throws -> UploadResultResponse
  {
    try await answering {
      guard case .start(let start) = try await requests.next()?.part else {
        throw InvalidValue("start", "must come first")
      }
      let namespace = try backend.namespace(start.namespace, context)
      let new = NewUpload(
        id: try ObjectID(optional: start.id, "start.id") ?? .timeOrdered(),
        runID: try RunID(optional: start.runID, "start.run_id"), mediaType: start.mediaType,
        digest: start.digest, size: start.size == 0 ? nil : start.size,
        expireTime: try Instant(optional: start.expireTime, "start.expire_time"),
        offset: start.offset)
      var upload = try await ResultUpload(
        new, to: backend.store, in: namespace, actor: context.principal.name,
        limit: Int64(largestResult), deadline: context.deadline)
      while !upload.isThere, let request = try await requests.next() {
        guard case .data(let bytes) = request.part else {
          throw InvalidValue("data", "must come after start")
        }
        try await upload.add(bytes)
      }
      return UploadResultResponse(payload: try await upload.finish().reference.proto)
    }
  }
}

// Decides how a result goes out in parts: a chunk is read when the one before has been taken.

internal import MartletCall
internal import MartletModel
internal import MartletProto
internal import MartletStore

extension ResultHandlers {
  func downloadResult(
    _ request: DownloadResultRequest, to responses: MessageWriter<DownloadResultResponse>,
    context: CallContext
  ) async throws {
    try await answering {
      let namespace = try backend.namespace(request.namespace, context)
      let found: FoundResult
      switch request.which {
      case .id(let id): found = try await result(id, namespace, context)
      case .runID(let id): found = try await result(ofRun: id, namespace, context)
      case nil: throw InvalidValue("which", "is missing: give run_id or id")
      }
      let isElsewhere =
        if case .uri = found.payload.body { found.stored?.isInChunks != true } else { false }
      guard isElsewhere || (0...found.payload.size).contains(request.offset) else {
        throw StoreError.outOfRange(
          reason: "OFFSET_BEYOND_END", message: "the result has \(found.payload.size) bytes")
      }
      var header = found.payload.proto
      if !isElsewhere { header.body = nil }
      try await responses.write(DownloadResultResponse(part: .payload(header)))
      if isElsewhere { return }
      var at = request.offset
      while at < found.payload.size {
        let bytes = try await bytes(of: found, at: at, context)
        for start in stride(from: 0, to: bytes.count, by: Self.part) {
          let part = Array(bytes[start..<min(start + Self.part, bytes.count)])
          try await responses.write(DownloadResultResponse(part: .data(part)))
        }
        at += Int64(bytes.count)
      }
    }
  }

  /// Bytes of a message.
  private static let part = 256 << 10

  private func bytes(
    of found: FoundResult, at offset: Int64, _ context: CallContext
  ) async throws -> [UInt8] {
    if let stored = found.stored {
      return try await backend.store.bytes(of: stored, at: offset, deadline: context.deadline)
    }
    switch found.payload.body {
    case .json(let text): return Array(text.utf8.dropFirst(Int(offset)))
    case .data(let bytes): return Array(bytes.dropFirst(Int(offset)))
    case .uri: return []
    }
  }
}

// Decides how Swift code stores bytes as a result: in parts, from where the server has them on after a break.

internal import MartletCall
public import MartletProto
internal import MartletRPC

extension Client {
  private static let part = 256 << 10
  // How often an upload is gone on with while no byte more arrives.
  private static let attempts = 10

  /// Stores bytes as a result.
  ///
  /// - Parameters:
  ///   - run: the run that returned them; may be empty.
  ///   - id: the same again stores nothing twice.
  /// - Returns: what may stand in a state in place of the value; `uri` is the address.
  /// - Throws: `Status`: UNAVAILABLE when the server stays away, INVALID_ARGUMENT when it does not take so much.
  public func putResult(
    _ bytes: [UInt8], mediaType: String = "application/octet-stream", of run: String = "",
    id: String = Identifier.timeOrdered(), in namespace: String = ""
  ) async throws -> Payload {
    var start = UploadResultRequest.Start()
    start.namespace = namespace
    start.id = id
    start.runID = run
    start.mediaType = mediaType
    start.size = Int64(bytes.count)
    var failures = 0
    while true {
      do {
        return try await upload(bytes, start)
      } catch let status as Status
        where status.code == .unavailable || status.reason == "UPLOAD_OFFSET"
      {
        failures += 1
        guard failures < Self.attempts else { throw status }
        if status.code == .unavailable {
          try await Task.sleep(for: .milliseconds(min(5000, 150 << failures)))
        }
        guard let received = try await received(of: start) else { continue }
        if received > start.offset { failures = 0 }
        start.offset = received
      }
    }
  }

  /// The bytes of a stored result, by its address or its id.
  ///
  /// - Throws: `Status`, NOT_FOUND when there are none.
  public func result(at address: String, in namespace: String = "") async throws -> [UInt8] {
    let call = try await results.downloadResult(
      DownloadResultRequest(namespace: namespace, which: .id(address)))
    var bytes: [UInt8] = []
    while let response = try await call.responses.next() {
      if case .data(let part) = response.part { bytes += part }
    }
    return bytes
  }

  private func upload(_ bytes: [UInt8], _ start: UploadResultRequest.Start) async throws -> Payload
  {
    let call = try await results.uploadResult()
    do {
      try await call.requests.write(UploadResultRequest(part: .start(start)))
      var at = Int(start.offset)
      while at < bytes.count {
        let end = min(at + Self.part, bytes.count)
        try await call.requests.write(UploadResultRequest(part: .data(Array(bytes[at..<end]))))
        at = end
      }
      try await call.finishRequests()
    } catch let status as Status where status.code == .cancelled {
      // The server has answered before the end: what it says follows.
    }
    guard let payload = try await call.responses.next()?.payload else {
      throw Status(.internal, "the server gave no answer")
    }
    return payload
  }

  /// How much of an upload the server has; nil when it does not say.
  private func received(of start: UploadResultRequest.Start) async throws -> Int64? {
    do {
      let request = GetUploadRequest(namespace: start.namespace, id: start.id)
      return try await results.getUpload(request).received
    } catch let status as Status where status.code == .notFound {
      return 0
    } catch let status as Status where status.code == .unavailable { return nil }
  }
}

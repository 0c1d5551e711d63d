// Decides how a file becomes a result: in parts, from where the server has it on after a break.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletModel
import MartletProto
import MartletRPC

struct PutResult: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "put", abstract: "Store a file as a result, and print its address.",
    discussion: """
      The address may stand as `uri` in the result of a run that completes. An upload that breaks goes on where it was \
      when the server is back; with the id that is told then it can be repeated later.
      """)
  @Argument(help: "The file.")
  var file: String
  @Option(name: .customLong("run"), help: "The run that returned it: its id or its name.")
  var owner: String?
  @Option(help: "The media type.")
  var mediaType: String = "application/octet-stream"
  @Option(help: "The id of the result: a UUID; the same again goes on, or changes nothing.")
  var id: String = Identifier.timeOrdered()
  @OptionGroup var format: FormatOptions
  @OptionGroup var connection: ConnectionOptions

  /// How often an upload is gone on with while no byte more arrives.
  private static let attempts = 10

  func run() async throws {
    try await Connection.use(connection) { connection in
      let source = try SourceFile(file)
      var start = UploadResultRequest.Start()
      start.namespace = connection.namespace
      start.id = id
      if let owner { start.runID = try await connection.find(owner).id }
      start.mediaType = mediaType
      (start.digest, start.size) = try source.measure()
      var failures = 0
      while true {
        do {
          let response = try await connection.upload(source, start)
          switch format.output {
          case .document(let notation): try notation.print(response)
          case .name: Terminal.standard.line(id)
          case .table: Terminal.standard.line("martlet:result/\(id)")
          }
          return nil
        } catch let status as Status where status.code == .unavailable {
          failures += 1
          guard failures < Self.attempts else {
            complain("martlet: to go on later, repeat this with --id \(id)")
            throw status
          }
          try await Task.sleep(for: .milliseconds(min(5000, 300 << failures)))
          let received = try? await connection.received(id)
          if let received, received > start.offset { failures = 0 }
          start.offset = received ?? start.offset
        } catch let status as Status where status.reason == "UPLOAD_OFFSET" {
          start.offset = try await connection.received(id)
        }
      }
    }
  }
}

extension Connection {
  /// How much of an upload the server has; 0 when it has none of it.
  fileprivate func received(_ id: String) async throws -> Int64 {
    do {
      return try await client.results.getUpload(GetUploadRequest(namespace: namespace, id: id))
        .received
    } catch let status as Status where status.code == .notFound { return 0 }
  }

  /// Sends a file from the offset of the start on.
  fileprivate func upload(
    _ source: SourceFile, _ start: UploadResultRequest.Start
  ) async throws -> UploadResultResponse {
    let call = try await client.results.uploadResult()
    do {
      try await call.requests.write(UploadResultRequest(part: .start(start)))
      var at = start.offset
      while true {
        let bytes = try source.read(at: at)
        if bytes.isEmpty { break }
        try await call.requests.write(UploadResultRequest(part: .data(bytes)))
        at += Int64(bytes.count)
      }
      try await call.finishRequests()
    } catch let status as Status where status.code == .cancelled {
      // The server has answered before the end: what it says follows.
    }
    guard let response = try await call.responses.next() else {
      throw Status(.internal, "the server gave no answer")
    }
    return response
  }
}

/// A file that is read in parts, more than once.
private final class SourceFile {
  private let path: String
  private let file: Int32

  init(_ path: String) throws {
    self.path = path
    file = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0 else { throw PartFile.failure("cannot read", path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Status(.failedPrecondition, "\(path) is no regular file")
    }
  }

  deinit { if file >= 0 { close(file) } }

  /// The next bytes from a place on, at most 256 KiB; none at the end.
  func read(at offset: Int64) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress, $0.count, off_t(offset))
      }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw PartFile.failure("cannot read", path) }
      bytes.removeSubrange(count...)
      return bytes
    }
  }

  /// The digest and the number of all bytes.
  func measure() throws -> (digest: String, size: Int64) {
    var digest = SHA256()
    var size: Int64 = 0
    while true {
      let bytes = try read(at: size)
      if bytes.isEmpty { return (digest.label, size) }
      digest.add(bytes)
      size += Int64(bytes.count)
    }
  }
}

// Decides how a stream of bytes becomes a result: what fits into one chunk is stored as any small result, more goes into
// chunks as it comes, so that a broken stream can be gone on with; at the end the digest must be that of the bytes.

public import MartletModel
import MartletPostgres

/// What a stream says before its bytes.
public struct NewUpload: Sendable {
  /// The id of the result, which makes a repeat harmless.
  public var id: ObjectID
  /// The run that returned it.
  public var runID: RunID?
  /// The media type.
  public var mediaType: String
  /// The digest of all bytes; empty when it is not told.
  public var digest: String
  /// The number of all bytes; nil when it is not told.
  public var size: Int64?
  /// When the result may be deleted.
  public var expireTime: Instant?
  /// Where the stream's bytes begin.
  public var offset: Int64

  /// Says what is coming.
  public init(
    id: ObjectID = .random(), runID: RunID? = nil, mediaType: String = "", digest: String = "",
    size: Int64? = nil, expireTime: Instant? = nil, offset: Int64 = 0
  ) {
    self.id = id
    self.runID = runID
    self.mediaType = mediaType
    self.digest = digest
    self.size = size
    self.expireTime = expireTime
    self.offset = offset
  }
}

/// How far an upload has come.
public struct UploadProgress: Sendable, Equatable {
  /// The bytes that are kept.
  public var received: Int64
  /// Whether they are all.
  public var isComplete: Bool

  fileprivate init(_ row: borrowing PostgresRow) throws(PostgresError) {
    received = try row.get(0)
    isComplete = try row.get(1)
  }
}

/// A result on its way. For one task; nothing is kept of a chunk that is not full when the stream breaks.
public struct ResultUpload: Sendable {
  private enum Way {
    /// It may still fit into one chunk. Can become `chunks`.
    case small
    /// Chunks are written in the name of this stream.
    case chunks(ObjectID)
    /// It is there already: the bytes are only compared.
    case there(StoredResult)
  }

  private let store: Store
  private let new: NewUpload
  private let namespace: Namespace
  private let actor: String
  private let limit: Int64
  private let deadline: ContinuousClock.Instant?
  private var way: Way
  private var digest = SHA256()
  private var buffer: [UInt8] = []
  /// Bytes before those of the buffer.
  private var written: Int64

  /// Whether the result is there with this very digest, so that no byte needs to come.
  public var isThere: Bool {
    if case .there(let result) = way { return result.payload.digest == new.digest }
    return false
  }

  /// Begins an upload, or goes on with one.
  /// - Parameter limit: The most bytes a result may have.
  /// - Throws: `uploadOffset` when the bytes before end elsewhere; `alreadyExists` when the id is that of another run's or
  ///   namespace's result; `invalid`.
  public init(
    _ new: NewUpload, to store: Store, in namespace: Namespace, actor: String, limit: Int64,
    deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) {
    try checkText(new.mediaType, field: "start.media_type", limit: RunLimits.word)
    guard (0...limit).contains(new.size ?? 0) else {
      throw .invalid(field: "start.size", why: "must be from 0 to \(limit)")
    }
    guard (0...limit).contains(new.offset) else {
      throw .invalid(field: "start.offset", why: "must be from 0 to \(limit)")
    }
    self.store = store
    self.new = new
    self.namespace = namespace
    self.actor = actor
    self.limit = limit
    self.deadline = deadline
    written = new.offset
    way = .small
    if let there = try await store.uploaded(new.id, in: namespace, deadline) {
      if there.isComplete {
        let result = try await store.result(new.id, in: namespace, deadline: deadline)
        guard new.offset <= result.payload.size else {
          throw .uploadOffset(received: result.payload.size)
        }
        way = .there(result)
        try await digestStored(result)
      } else {
        try await takeOver()
      }
    } else if new.offset > 0 {
      throw .uploadOffset(received: 0)
    }
  }

  /// Takes the next bytes; returns when they are stored or fit into memory.
  /// - Throws: `invalid` when there are too many; `failedPrecondition` when another stream took over.
  public mutating func add(_ bytes: [UInt8]) async throws(StoreError) {
    guard written + Int64(buffer.count) + Int64(bytes.count) <= new.size ?? limit else {
      try await abandon()
      throw .invalid(field: "data", why: "is longer than \(new.size ?? limit) bytes in all")
    }
    digest.add(bytes)
    if case .there = way {
      written += Int64(bytes.count)
      return
    }
    buffer += bytes
    while buffer.count > ResultChunks.length { try await flush(ResultChunks.length) }
  }

  /// Stores what is left and makes it a result.
  /// - Throws: `invalid` when the bytes have not the digest or the size that was told: they are forgotten then;
  ///   `alreadyExists` when the id has another content.
  public mutating func finish() async throws(StoreError) -> StoredResult {
    if isThere, case .there(let result) = way {
      guard isSame(result), new.size ?? result.payload.size == result.payload.size else {
        throw .alreadyExists(resource: "result", name: "\(new.id)")
      }
      return result
    }
    let size = written + Int64(buffer.count)
    guard size == new.size ?? size else {
      try await abandon()
      throw .invalid(field: "start.size", why: "is not that of the bytes, which are \(size)")
    }
    guard new.digest.isEmpty || new.digest == digest.label else {
      try await abandon()
      throw .invalid(
        field: "start.digest", why: "is not that of the bytes, which have \(digest.label)")
    }
    switch way {
    case .small:
      return try await store.putResult(
        Payload(mediaType: new.mediaType, body: .data(buffer)), id: new.id, runID: new.runID,
        expireTime: new.expireTime, in: namespace, actor: actor, deadline: deadline)
    case .there(let result):
      guard isSame(result), result.payload.digest == digest.label, result.payload.size == size
      else { throw .alreadyExists(resource: "result", name: "\(new.id)") }
      return result
    case .chunks(let stream):
      if !buffer.isEmpty { try await flush(buffer.count) }
      let (id, end, label) = (new.id, written, digest.label)
      let isFinished = try await store.write(deadline) { connection in
        try connection.query(SQL.finishUpload) {
          $0.bind(id)
          $0.bind(stream)
          $0.bind(end)
          $0.bind(label)
        }.count > 0
      }
      guard isFinished else { throw takenOver }
      return try await store.result(new.id, in: namespace, deadline: deadline)
    }
  }

  /// Whether a result is that of this run, of this media type.
  private func isSame(_ result: StoredResult) -> Bool {
    result.runID == new.runID && result.payload.mediaType == new.mediaType
  }

  private var takenOver: StoreError {
    .failedPrecondition(
      reason: StoreError.uploadTakenOver, subject: "result/\(new.id)",
      message: "another stream uploads this result now")
  }

  /// Writes the first bytes of the buffer as a chunk.
  private mutating func flush(_ count: Int) async throws(StoreError) {
    if case .small = way {
      let stream = ObjectID.random()
      let (new, namespace, actor) = (new, namespace, actor)
      let isBegun = try await store.write(deadline) { connection in
        try connection.query(SQL.beginUpload) {
          $0.bind(new.id)
          $0.bind(namespace)
          $0.bind(new.runID)
          $0.bind(new.mediaType)
          $0.bind(stream)
          $0.bind(actor)
          $0.bind(new.expireTime)
        }.count > 0
      }
      guard isBegun else {
        if try await store.uploaded(new.id, in: namespace, deadline) != nil { throw takenOver }
        throw .alreadyExists(resource: "result", name: "\(new.id)")
      }
      way = .chunks(stream)
    }
    guard case .chunks(let stream) = way else { return }
    let chunk = Array(buffer.prefix(count))
    let isAdded = try await ResultChunks(store: store, id: new.id)
      .append(chunk, at: written, by: stream, deadline: deadline)
    guard isAdded else { throw takenOver }
    buffer.removeFirst(chunk.count)
    written += Int64(chunk.count)
  }

  /// Becomes the one stream of an upload that is there.
  private mutating func takeOver() async throws(StoreError) {
    let stream = ObjectID.random()
    let (new, namespace) = (new, namespace)
    let isTaken = try await store.write(deadline) { connection in
      try connection.query(SQL.takeOverUpload) {
        $0.bind(new.id)
        $0.bind(namespace)
        $0.bind(new.runID)
        $0.bind(new.mediaType)
        $0.bind(stream)
        $0.bind(new.expireTime)
        $0.bind(new.offset)
      }.count > 0
    }
    guard isTaken else {
      let received = try await store.uploaded(new.id, in: namespace, deadline)?.received ?? 0
      if received != new.offset { throw .uploadOffset(received: received) }
      throw .alreadyExists(resource: "result", name: "\(new.id)")
    }
    way = .chunks(stream)
    let chunks = ResultChunks(store: store, id: new.id)
    var at: Int64 = 0
    while at < new.offset {
      let bytes = try await chunks.read(at: at, deadline: deadline)
      digest.add(bytes)
      at += Int64(bytes.count)
    }
  }

  /// Digests what the stream does not send again.
  private mutating func digestStored(_ result: StoredResult) async throws(StoreError) {
    var at: Int64 = 0
    while at < new.offset {
      let bytes = try await store.bytes(of: result, at: at, deadline: deadline)
        .prefix(Int(new.offset - at))
      digest.add(bytes)
      at += Int64(bytes.count)
    }
  }

  /// Forgets what came.
  private mutating func abandon() async throws(StoreError) {
    guard case .chunks(let stream) = way else { return }
    let id = new.id
    _ = try await store.write(deadline) { connection in
      try connection.query(SQL.abandonUpload) {
        $0.bind(id)
        $0.bind(stream)
      }.count
    }
  }
}

extension Store {
  /// How much of a result is kept: of one that is not complete, where its upload goes on.
  /// - Throws: `notFound`.
  public func upload(
    _ id: ObjectID, in namespace: Namespace, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> UploadProgress {
    guard let found = try await uploaded(id, in: namespace, deadline) else {
      throw .notFound(resource: "upload", name: "\(id)")
    }
    return found
  }

  /// The bytes of a result from a place on, at most some; none for a result that lies elsewhere.
  /// - Parameter offset: Before the end of the result.
  /// - Throws: `notFound` when they are gone.
  public func bytes(
    of result: StoredResult, at offset: Int64, deadline: ContinuousClock.Instant? = nil
  ) async throws(StoreError) -> [UInt8] {
    switch result.payload.body {
    case .json(let text): return Array(text.utf8.dropFirst(Int(offset)))
    case .data(let bytes): return Array(bytes.dropFirst(Int(offset)))
    case .uri:
      guard result.isInChunks else { return [] }
      return try await ResultChunks(store: self, id: result.id).read(at: offset, deadline: deadline)
    }
  }

  fileprivate func uploaded(
    _ id: ObjectID, in namespace: Namespace, _ deadline: ContinuousClock.Instant?
  ) async throws(StoreError) -> UploadProgress? {
    try await read(deadline) { connection in
      try connection.query(SQL.getUpload) {
        $0.bind(namespace)
        $0.bind(id)
      }.first { row throws(PostgresError) in try UploadProgress(row) }
    }
  }
}

// Decides what a stored result is, and by which address states refer to it.

public import MartletModel
import MartletPostgres

/// A result that lies beside the states, or a reference to one that lies elsewhere.
public struct StoredResult: Sendable, Equatable {
  /// Its id.
  public var id: ObjectID
  /// Its namespace.
  public var namespace: Namespace
  /// The run that returned it; nil when none is known.
  public var runID: RunID?
  /// The value with media type, digest and size.
  public var payload: Payload
  /// Who stored it.
  public var createdBy: String
  /// When it was stored.
  public var createTime: Instant
  /// When it may be deleted; nil for never.
  public var expireTime: Instant?

  /// What a state or the cache may hold in place of the value.
  public var reference: Payload {
    if case .uri = payload.body { return payload }
    return Payload(
      mediaType: payload.mediaType, digest: payload.digest, size: payload.size,
      body: .uri(Self.address(of: id)))
  }

  /// Whether the value lies here, in chunks beside the result, because it is too long for a message.
  public var isInChunks: Bool { payload.body == .uri(Self.address(of: id)) }

  /// What the addresses of stored results begin with.
  public static let scheme = Payload.storedScheme

  /// The address by which states refer to a result.
  public static func address(of id: ObjectID) -> String { "\(scheme)\(id)" }

  /// The result that an address names; nil for an address elsewhere.
  public static func id(at address: String) -> ObjectID? {
    guard address.hasPrefix(scheme) else { return nil }
    return ObjectID(String(address.dropFirst(scheme.count)))
  }
}

extension StoredResult {
  /// Reads a row with the columns of `get_result`.
  init(_ row: borrowing PostgresRow) throws(PostgresError) {
    id = try row.get(0)
    namespace = try row.get(1)
    runID = try row.optional(2)
    let isJSON: Bool = try row.get(6)
    let data: [UInt8]? = try row.optional(7)
    let uri: String? = try row.optional(8)
    let body: Payload.Body =
      switch data {
      case let data? where isJSON: .json(String(decoding: data, as: UTF8.self))
      case let data?: .data(data)
      case nil: .uri(uri ?? Self.address(of: id))
      }
    payload = Payload(
      mediaType: try row.get(3), digest: try row.get(4), size: try row.get(5), body: body)
    createdBy = try row.get(9)
    createTime = try row.get(10)
    expireTime = try row.optional(11)
  }
}

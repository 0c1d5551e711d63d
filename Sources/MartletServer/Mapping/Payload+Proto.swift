// Decides how results and inputs cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletModel.Payload {
  /// The most bytes of a value that is kept inline.
  static let inlineLimit = 256 << 10

  /// A payload of the contract, with the digest and size of its inline value filled in.
  ///
  /// - Throws: `InvalidValue` when there is no body, when it is too large to be kept inline, or when it is not what
  ///   its digest or its size says.
  init(
    _ payload: MartletProto.Payload, _ field: String = "result", limit: Int = Self.inlineLimit
  ) throws(InvalidValue) {
    let body: Body
    let size: Int
    switch payload.body {
    case .json(let value):
      let text = try value.jsonText("\(field).json")
      size = text.utf8.count
      body = .json(text)
    case .data(let bytes):
      size = bytes.count
      body = .data(bytes)
    case .uri(let uri):
      size = 0
      body = .uri(uri)
    case nil: throw InvalidValue(field, "has no body: give json, data or uri")
    }
    guard size <= limit else {
      throw InvalidValue(
        field,
        "is \(size) bytes long: store what is over \(limit) bytes and send its uri")
    }
    self = try MartletModel.Payload(
      mediaType: payload.mediaType, digest: payload.digest, size: payload.size, body: body
    ).measured(field, limit: limit)
  }

  /// The payload as the contract writes it.
  var proto: MartletProto.Payload {
    var payload = MartletProto.Payload()
    payload.mediaType = mediaType
    payload.digest = digest
    payload.size = size
    switch body {
    case .json(let text): payload.body = JSONValue(stored: text).map { .json($0) }
    case .data(let bytes): payload.body = .data(bytes)
    case .uri(let uri): payload.body = .uri(uri)
    }
    return payload
  }
}

extension Message {
  /// Reads JSON that the store kept; nil when it is none of this type.
  init?(stored text: String) {
    var text = text
    let value = text.withUTF8 {
      try? Self.decodeJSON(
        UnsafeRawBufferPointer($0),
        options: JSONOptions(limits: DecodeLimits(size: .max, depth: 1000)))
    }
    guard let value else { return nil }
    self = value
  }
}

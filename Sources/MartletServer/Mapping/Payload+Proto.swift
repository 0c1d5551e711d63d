// Decides how results and inputs cross the contract.

internal import MartletModel
internal import MartletProto
internal import MartletWire

extension MartletModel.Payload {
  /// The most bytes of a value that is kept inline.
  static let inlineLimit = 256 << 10

  /// A payload of the contract.
  ///
  /// - Throws: `InvalidValue` when there is no body or it is too large to be kept inline.
  init(_ payload: MartletProto.Payload) throws(InvalidValue) {
    let body: Body
    let size: Int
    switch payload.body {
    case .json(let value):
      let text = try value.jsonText("result.json")
      size = text.utf8.count
      body = .json(text)
    case .data(let bytes):
      size = bytes.count
      body = .data(bytes)
    case .uri(let uri):
      size = Int(payload.size)
      body = .uri(uri)
    case nil: throw InvalidValue("result", "has no body: give json, data or uri")
    }
    if case .uri = body {
    } else if size > Self.inlineLimit {
      throw InvalidValue(
        "result",
        "is \(size) bytes long: store what is over \(Self.inlineLimit) bytes and send its uri")
    }
    self.init(
      mediaType: payload.mediaType, digest: payload.digest, size: Int64(size), body: body)
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

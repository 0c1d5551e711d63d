// Decides when a value is the one that its digest and size say it is.

extension Payload {
  /// The payload with the digest and size of its inline value.
  ///
  /// - Parameters:
  ///   - field: The path of the payload in the request, for the error.
  ///   - limit: The most bytes of an inline value.
  /// - Throws: `InvalidValue` when a digest or a size was given that the bytes do not have, or when
  ///   there are too many of them.
  public func measured(_ field: String, limit: Int) throws(InvalidValue) -> Payload {
    let count: Int
    let digest: String
    switch body {
    case .json(let text):
      count = text.utf8.count
      if count > limit {
        throw InvalidValue("\(field).json", "is \(count) bytes long: at most \(limit) are kept")
      }
      digest = SHA256.label(of: text.utf8)
    case .data(let bytes):
      count = bytes.count
      if count > limit {
        throw InvalidValue("\(field).data", "is \(count) bytes long: at most \(limit) are kept")
      }
      digest = SHA256.label(of: bytes)
    case .uri:
      try validate(field)
      return self
    }
    if !self.digest.isEmpty, self.digest != digest {
      throw InvalidValue("\(field).digest", "is not that of the value, which has \(digest)")
    }
    if size != 0, size != Int64(count) {
      throw InvalidValue("\(field).size", "is not that of the value, which has \(count) bytes")
    }
    try InvalidValue.check(mediaType, "\(field).media_type", limit: RunLimits.word)
    return Payload(mediaType: mediaType, digest: digest, size: Int64(count), body: body)
  }
}

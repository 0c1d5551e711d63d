// Decides how messages meet JSON: through their C structs, with the tables of their schema.

extension WireMessage {
  /// Reads proto3 JSON.
  ///
  /// - Throws: `WireError`, which names the path of the offending field.
  @inlinable
  public static func decodeJSON(
    _ bytes: UnsafeRawBufferPointer, options: JSONOptions = .standard
  ) throws(WireError) -> Self {
    let decoding = try WireDecoding.json(bytes, schema, options)
    defer { decoding.end() }
    do throws(WireFault) {
      return try Self(reading: decoding.raw, decoding.reader)
    } catch {
      throw decoding.describe(error)
    }
  }

  /// Writes proto3 JSON.
  ///
  /// - Throws: `WireError` for what JSON cannot say: a time out of range, NaN in a `JSONValue`, an Any of a type not
  ///   known here, nesting beyond the limit.
  public func encodeJSON(options: JSONOptions = .standard) throws(WireError) -> [UInt8] {
    let schema = Self.schema
    let arena = Arena.current
    let mark = arena.mark()
    defer { arena.release(to: mark) }
    let raw = arena.allocate(schema.layout.size)
    write(to: raw, WireWriter(arena: arena))
    var writer = JSONWriter(arena: arena, options: options, types: schema.types)
    do throws(WireFault) {
      try writer.message(raw, schema, depth: options.limits.depth)
    } catch {
      throw writer.error ?? FaultLocation.describe(error, of: schema, limits: options.limits)
    }
    return [UInt8](writer.output.bytes)
  }
}

extension Message {
  /// Reads proto3 JSON from an array.
  public init(json bytes: [UInt8], options: JSONOptions = .standard) throws(WireError) {
    // `withUnsafeBytes` has no typed throws.
    self = try bytes.withUnsafeBytes { bytes in
      Result { () throws(WireError) in try Self.decodeJSON(bytes, options: options) }
    }.get()
  }

  /// Reads proto3 JSON from text.
  public init(json text: String, options: JSONOptions = .standard) throws(WireError) {
    try self.init(json: Array(text.utf8), options: options)
  }

  /// Proto3 JSON as text.
  public func jsonText(options: JSONOptions = .standard) throws(WireError) -> String {
    String(decoding: try encodeJSON(options: options), as: UTF8.self)
  }
}

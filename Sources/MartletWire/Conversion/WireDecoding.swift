// Decides how one decoding holds its arena: from the bytes to the value, then everything is taken back.

/// A C struct in the arena, about to become a value.
@usableFromInline struct WireDecoding {
  @usableFromInline let raw: UnsafeRawPointer
  @usableFromInline let reader: WireReader
  private let arena: Arena
  private let mark: Arena.Mark
  private let schema: MessageSchema
  private let limits: DecodeLimits

  private init(
    _ raw: UnsafeRawPointer, _ arena: Arena, _ mark: Arena.Mark, _ schema: MessageSchema,
    _ limits: DecodeLimits
  ) {
    self.raw = raw
    self.arena = arena
    self.mark = mark
    self.schema = schema
    self.limits = limits
    reader = WireReader(depth: limits.depth - 1)
  }

  /// Decodes the binary encoding; `end` must follow.
  @usableFromInline
  static func binary(
    _ bytes: UnsafeRawBufferPointer, _ schema: MessageSchema, _ limits: DecodeLimits
  ) throws(WireError) -> WireDecoding {
    guard bytes.count <= limits.size else { throw .tooLarge(bytes.count, limits) }
    let arena = Arena.current
    let mark = arena.mark()
    do throws(WireFault) {
      return WireDecoding(try arena.unpack(schema.layout, bytes), arena, mark, schema, limits)
    } catch {
      arena.release(to: mark)
      throw FaultLocation.describe(error, of: schema, limits: limits)
    }
  }

  /// Decodes JSON; `end` must follow.
  @usableFromInline
  static func json(
    _ bytes: UnsafeRawBufferPointer, _ schema: MessageSchema, _ options: JSONOptions
  ) throws(WireError) -> WireDecoding {
    let limits = options.limits
    guard bytes.count <= limits.size else { throw .tooLarge(bytes.count, limits) }
    let arena = Arena.current
    let mark = arena.mark()
    var reader = JSONReader(bytes, arena: arena, options: options, types: schema.types)
    do throws(WireFault) {
      return WireDecoding(try reader.root(schema), arena, mark, schema, limits)
    } catch {
      arena.release(to: mark)
      throw reader.error ?? FaultLocation.describe(error, of: schema, limits: limits)
    }
  }

  /// Takes the memory back.
  @usableFromInline
  func end() { arena.release(to: mark) }

  /// Says where in the message a fault is.
  @usableFromInline
  func describe(_ fault: WireFault) -> WireError {
    FaultLocation.describe(fault, in: raw, of: schema, limits: limits)
  }
}

/// A C struct in the arena, to be filled from a value.
@usableFromInline struct WireEncoding {
  @usableFromInline let raw: UnsafeMutableRawPointer
  @usableFromInline let writer: WireWriter
  private let mark: Arena.Mark

  /// Takes memory for the struct; `end` must follow.
  @usableFromInline
  init(_ schema: MessageSchema) {
    let arena = Arena.current
    mark = arena.mark()
    raw = arena.allocate(schema.layout.size)
    writer = WireWriter(arena: arena)
  }

  /// The encoding of the filled struct.
  @usableFromInline
  func packed() -> UnsafeRawBufferPointer { writer.arena.pack(raw) }

  /// Takes the memory back.
  @usableFromInline
  func end() { writer.arena.release(to: mark) }
}

// Decides where parameters live on their way to libpq: one flat block per connection, reused.

/// The parameters of one statement in binary, in the order of `$1`, `$2`, …
///
/// A connection owns one and hands it, emptied, to the closure that binds a statement.
public struct ParameterBuffer: ~Copyable {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var used = 0
  @usableFromInline var capacity: Int
  @usableFromInline var offsets: [Int] = []
  @usableFromInline var lengths: [Int32] = []
  /// True while a statement in its form for one row is bound: an array of one element is bound as the element.
  @usableFromInline var bindsArraysAsScalars = false

  /// What a block shrinks back to after one statement of unusual size.
  static let usualCapacity = 1 << 18

  init() {
    capacity = 1 << 14
    base = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit {
    base.deallocate()
  }

  /// The number of parameters bound so far.
  public var count: Int { offsets.count }

  /// The bytes bound so far.
  public var byteCount: Int { used }

  /// Binds the next parameter; `nil` is SQL NULL.
  @inlinable public mutating func bind<Value: PostgresValue>(_ value: Value?) {
    offsets.append(used)
    guard let value else {
      lengths.append(-1)
      return
    }
    let start = used
    value.encode(into: &self)
    lengths.append(Int32(truncatingIfNeeded: used - start))
  }

  /// Binds the next parameter as an array of `count` elements; a `nil` element is SQL NULL.
  @inlinable public mutating func bindArray<Element: PostgresValue>(
    of type: Element.Type = Element.self, count: Int, _ element: (Int) -> Element?
  ) {
    if bindsArraysAsScalars, count == 1 { return bind(element(0)) }
    let start = beginArray(type, count: count)
    for index in 0..<count { appendElement(element(index)) }
    endArray(start)
  }

  /// Binds the next parameter as an array.
  @inlinable public mutating func bindArray<Elements: Collection>(
    _ elements: Elements
  ) where Elements.Element: PostgresValue {
    if bindsArraysAsScalars, let only = elements.first, elements.count == 1 { return bind(only) }
    let start = beginArray(Elements.Element.self, count: elements.count)
    for element in elements { appendElement(element) }
    endArray(start)
  }

  /// Binds the next parameter as an array whose `nil` elements are SQL NULL.
  @inlinable public mutating func bindArray<Elements: Collection, Value: PostgresValue>(
    nullable elements: Elements
  ) where Elements.Element == Value? {
    if bindsArraysAsScalars, let only = elements.first, elements.count == 1 { return bind(only) }
    let start = beginArray(Value.self, count: elements.count)
    for element in elements { appendElement(element) }
    endArray(start)
  }

  /// Binds SQL NULL for an array parameter.
  @inlinable public mutating func bindNull() {
    offsets.append(used)
    lengths.append(-1)
  }

  // The array header of array_recv: dimensions, "may hold nulls", element OID, length, lower bound.
  @inlinable mutating func beginArray<Element: PostgresValue>(
    _: Element.Type, count: Int
  ) -> Int {
    let start = used
    offsets.append(start)
    appendInteger(Int32(1))
    appendInteger(Int32(1))
    appendInteger(Element.postgresType.oid)
    appendInteger(Int32(truncatingIfNeeded: count))
    appendInteger(Int32(1))
    return start
  }

  @inlinable mutating func appendElement<Element: PostgresValue>(_ element: Element?) {
    guard let element else { return appendInteger(Int32(-1)) }
    let at = used
    appendInteger(Int32(0))
    element.encode(into: &self)
    let length = Int32(truncatingIfNeeded: used - at - 4)
    (base + at).storeBytes(of: length.bigEndian, as: Int32.self)
  }

  @inlinable mutating func endArray(_ start: Int) {
    lengths.append(Int32(truncatingIfNeeded: used - start))
  }

  /// Appends an integer, big-endian. For conformances to ``PostgresValue``.
  @inlinable public mutating func appendInteger<T: FixedWidthInteger>(_ value: T) {
    reserve(MemoryLayout<T>.size)
    (base + used).storeBytes(of: value.bigEndian, as: T.self)
    used += MemoryLayout<T>.size
  }

  /// Appends one byte. For conformances to ``PostgresValue``.
  @inlinable public mutating func appendByte(_ byte: UInt8) {
    reserve(1)
    (base + used).storeBytes(of: byte, as: UInt8.self)
    used += 1
  }

  /// Appends bytes. For conformances to ``PostgresValue``.
  @inlinable public mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (base + used).copyMemory(from: source, byteCount: bytes.count)
    used += bytes.count
  }

  @inlinable mutating func reserve(_ extra: Int) {
    if capacity - used < extra { grow(extra) }
  }

  @usableFromInline mutating func grow(_ extra: Int) {
    capacity = max(capacity * 2, used + extra)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 8)
    larger.copyMemory(from: base, byteCount: used)
    base.deallocate()
    base = larger
  }

  mutating func removeAll() {
    if capacity > ParameterBuffer.usualCapacity {
      base.deallocate()
      capacity = ParameterBuffer.usualCapacity
      base = .allocate(byteCount: capacity, alignment: 8)
    }
    used = 0
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
  }
}

// Decides how values are read from the C structs that protobuf-c decodes. Generated code calls this.

public import CProtobufC
import Glibc

/// Reads members of C structs. Strings are checked here: UTF-8, no NUL.
public struct WireReader: Sendable {
  /// How many levels of messages may still follow.
  @usableFromInline let depth: Int

  /// Makes a reader that descends a number of levels.
  @inlinable
  public init(depth: Int) { self.depth = depth }

  /// Reads a string.
  public func string(_ data: ProtobufCBinaryData) throws(WireFault) -> String {
    guard data.len > 0, let bytes = data.data else { return "" }
    guard memchr(bytes, 0, data.len) == nil else { throw .embeddedNUL }
    let span = Span(_unsafeStart: UnsafePointer(bytes), count: data.len)
    do throws(UTF8.ValidationError) {
      // One pass: `String(validating:as:)` says the same and takes four times as long.
      return String(copying: try UTF8Span(validating: span))
    } catch {
      throw .invalidUTF8
    }
  }

  /// Reads bytes.
  public func bytes(_ data: ProtobufCBinaryData) -> [UInt8] {
    guard data.len > 0 else { return [] }
    return [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
  }

  /// Reads a message that may be absent.
  @inlinable
  public func message<B: WireBridge>(_ pointer: UnsafeMutableRawPointer?, _ bridge: B.Type)
    throws(WireFault) -> B.SwiftValue?
  {
    guard let pointer else { return nil }
    guard depth > 0 else { throw .tooDeep }
    return try B.read(pointer, WireReader(depth: depth &- 1))
  }

  /// Reads a message that is known to be there: a member of a oneof, an element.
  @inlinable
  public func presentMessage<B: WireBridge>(_ pointer: UnsafeMutableRawPointer?, _ bridge: B.Type)
    throws(WireFault) -> B.SwiftValue
  {
    guard let pointer else { throw .malformed }
    guard depth > 0 else { throw .tooDeep }
    return try B.read(pointer, WireReader(depth: depth &- 1))
  }

  /// Reads repeated messages.
  @inlinable
  public func messages<B: WireBridge, C>(
    _ count: Int, _ pointers: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?, _ bridge: B.Type
  ) throws(WireFault) -> [B.SwiftValue] {
    guard count > 0, let pointers else { return [] }
    var values: [B.SwiftValue] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      values.append(try presentMessage(pointers[index], bridge))
    }
    return values
  }

  /// Reads repeated strings.
  @inlinable
  public func strings(_ count: Int, _ data: UnsafeMutablePointer<ProtobufCBinaryData>?)
    throws(WireFault) -> [String]
  {
    guard count > 0, let data else { return [] }
    var values: [String] = []
    values.reserveCapacity(count)
    for index in 0..<count { values.append(try string(data[index])) }
    return values
  }

  /// Reads repeated bytes.
  @inlinable
  public func byteStrings(_ count: Int, _ data: UnsafeMutablePointer<ProtobufCBinaryData>?)
    -> [[UInt8]]
  {
    guard count > 0, let data else { return [] }
    return (0..<count).map { bytes(data[$0]) }
  }

  /// Reads repeated numbers.
  @inlinable
  public func scalars<T>(_ count: Int, _ values: UnsafeMutablePointer<T>?) -> [T] {
    count > 0 ? [T](UnsafeBufferPointer(start: values, count: count)) : []
  }

  /// Reads repeated booleans.
  @inlinable
  public func bools(_ count: Int, _ values: UnsafeMutablePointer<protobuf_c_boolean>?) -> [Bool] {
    guard count > 0, let values else { return [] }
    return (0..<count).map { values[$0] != 0 }
  }

  /// Reads repeated enums.
  @inlinable
  public func enums<E: ProtoEnum>(
    _ count: Int, _ values: UnsafeMutablePointer<Int32>?, _ type: E.Type
  ) -> [E] {
    guard count > 0, let values else { return [] }
    return (0..<count).map { E(rawValue: values[$0]) }
  }

  /// Whether a key that was there before is this one byte for byte.
  @usableFromInline
  static func isSame<Key: Hashable, Value>(_ key: Key, as values: [Key: Value]) -> Bool {
    guard let text = key as? String, let index = values.index(forKey: key),
      let held = values.keys[index] as? String
    else { return true }
    return text.utf8.elementsEqual(held.utf8)
  }

  /// Reads a map; of entries with one key the last counts.
  ///
  /// - Throws: `equivalentKeys` when two keys differ in their bytes only, for one of them would be lost.
  @inlinable
  public func map<C, Key: Hashable, Value>(
    _ count: Int, _ entries: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?,
    _ read: (UnsafeMutablePointer<C>) throws(WireFault) -> (Key, Value)
  ) throws(WireFault) -> [Key: Value] {
    guard count > 0, let entries else { return [:] }
    // An entry with default key and value may be two bytes: do not trust the count of a peer for a reservation.
    var values = [Key: Value](minimumCapacity: min(count, 1024))
    for index in 0..<count {
      guard let entry = entries[index] else { throw .malformed }
      let (key, value) = try read(entry)
      let count = values.count
      values[key] = value
      guard values.count > count || Self.isSame(key, as: values) else { throw .equivalentKeys }
    }
    return values
  }
}

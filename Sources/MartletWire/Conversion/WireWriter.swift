// Decides how values are written into the C structs that protobuf-c encodes. Generated code calls this.

public import CProtobufC
import Glibc

/// Fills members of C structs; everything they point to is in the arena.
public struct WireWriter {
  @usableFromInline let arena: Arena

  init(arena: Arena) { self.arena = arena }

  /// Copies a string.
  public func string(_ text: String) -> ProtobufCBinaryData {
    var text = text
    return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
  }

  /// Copies bytes.
  public func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
    bytes.withUnsafeBytes { copy($0) }
  }

  @inline(__always)
  private func copy(_ bytes: UnsafeRawBufferPointer) -> ProtobufCBinaryData {
    guard let source = bytes.baseAddress, bytes.count > 0 else {
      return ProtobufCBinaryData(len: 0, data: nil)
    }
    let target = arena.allocate(UInt8.self, count: bytes.count)
    memcpy(target, source, bytes.count)
    return ProtobufCBinaryData(len: bytes.count, data: target)
  }

  /// Writes a message.
  @inlinable
  public func message<B: WireBridge, C>(_ value: B.SwiftValue, _ bridge: B.Type)
    -> UnsafeMutablePointer<C>
  {
    let pointer = arena.allocate(C.self, count: 1)
    B.write(value, to: UnsafeMutableRawPointer(pointer), self)
    return pointer
  }

  /// Writes repeated messages.
  @inlinable
  public func messages<B: WireBridge, C>(_ values: [B.SwiftValue], _ bridge: B.Type)
    -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<C>?>?)
  {
    guard !values.isEmpty else { return (0, nil) }
    let pointers = arena.allocate(UnsafeMutablePointer<C>?.self, count: values.count)
    for index in values.indices { pointers[index] = message(values[index], bridge) }
    return (values.count, pointers)
  }

  /// Writes repeated strings.
  @inlinable
  public func strings(_ values: [String]) -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>?) {
    guard !values.isEmpty else { return (0, nil) }
    let target = arena.allocate(ProtobufCBinaryData.self, count: values.count)
    for index in values.indices { target[index] = string(values[index]) }
    return (values.count, target)
  }

  /// Writes repeated bytes.
  @inlinable
  public func byteStrings(_ values: [[UInt8]])
    -> (Int, UnsafeMutablePointer<ProtobufCBinaryData>?)
  {
    guard !values.isEmpty else { return (0, nil) }
    let target = arena.allocate(ProtobufCBinaryData.self, count: values.count)
    for index in values.indices { target[index] = bytes(values[index]) }
    return (values.count, target)
  }

  /// Writes repeated numbers.
  @inlinable
  public func scalars<T>(_ values: [T]) -> (Int, UnsafeMutablePointer<T>?) {
    guard !values.isEmpty else { return (0, nil) }
    let target = arena.allocate(T.self, count: values.count)
    for index in values.indices { target[index] = values[index] }
    return (values.count, target)
  }

  /// Writes repeated booleans.
  @inlinable
  public func bools(_ values: [Bool]) -> (Int, UnsafeMutablePointer<protobuf_c_boolean>?) {
    scalars(values.map { $0 ? 1 : 0 })
  }

  /// Writes repeated enums.
  @inlinable
  public func enums<E: ProtoEnum>(_ values: [E]) -> (Int, UnsafeMutablePointer<Int32>?) {
    scalars(values.map(\.rawValue))
  }

  /// Writes a map, ordered by key: equal messages have equal bytes.
  @inlinable
  public func map<C, Key: Hashable, Value>(
    _ values: [Key: Value], _ write: (UnsafeMutablePointer<C>, Key, Value) -> Void
  ) -> (Int, UnsafeMutablePointer<UnsafeMutablePointer<C>?>?) {
    guard !values.isEmpty else { return (0, nil) }
    let pointers = arena.allocate(UnsafeMutablePointer<C>?.self, count: values.count)
    var index = 0
    for (key, value) in values {
      let entry = arena.allocate(C.self, count: 1)
      write(entry, key, value)
      pointers[index] = entry
      index &+= 1
    }
    if values.count > 1 {
      MapOrder.sort(
        UnsafeMutableRawPointer(pointers), count: values.count, key: MapOrder.KeyKind(Key.self))
    }
    return (values.count, pointers)
  }
}

// Decides the order of map entries on the wire: ascending by key, strings by their bytes.

import CProtobufC
import Glibc

/// Sorts pointers to the C structs of map entries, in which the key follows the head of the struct.
@usableFromInline enum MapOrder {
  /// How the key of an entry is stored.
  @usableFromInline enum KeyKind {
    case string, int32, int64, uint32, uint64

    @usableFromInline init<Key>(_ type: Key.Type) {
      self =
        switch ObjectIdentifier(type) {
        case ObjectIdentifier(String.self): .string
        case ObjectIdentifier(Int64.self): .int64
        case ObjectIdentifier(UInt32.self): .uint32
        case ObjectIdentifier(UInt64.self): .uint64
        default: .int32  // protobuf_c_boolean is one too
        }
    }
  }

  /// Where the key is in an entry.
  static let keyOffset = MemoryLayout<ProtobufCMessage>.size

  /// Sorts the pointers in place.
  @usableFromInline
  static func sort(_ pointers: UnsafeMutableRawPointer, count: Int, key: KeyKind) {
    var entries = UnsafeMutableBufferPointer(
      start: pointers.assumingMemoryBound(to: UnsafeMutableRawPointer.self), count: count)
    guard count > 16 else {
      insertionSort(entries, key)
      return
    }
    entries.sort { isBefore($0, $1, key) }
  }

  private static func insertionSort(
    _ entries: UnsafeMutableBufferPointer<UnsafeMutableRawPointer>, _ key: KeyKind
  ) {
    for index in 1..<entries.count {
      let entry = entries[index]
      var position = index
      while position > 0, isBefore(entry, entries[position - 1], key) {
        entries[position] = entries[position - 1]
        position -= 1
      }
      entries[position] = entry
    }
  }

  private static func isBefore(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ key: KeyKind
  ) -> Bool { compare(a, b, key) < 0 }

  /// Negative, zero or positive, as with `strcmp`.
  static func compare(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ key: KeyKind
  ) -> Int32 {
    switch key {
    case .string:
      let x = a.load(fromByteOffset: keyOffset, as: ProtobufCBinaryData.self)
      let y = b.load(fromByteOffset: keyOffset, as: ProtobufCBinaryData.self)
      let common = min(x.len, y.len)
      let order = common == 0 ? 0 : memcmp(x.data, y.data, common)
      return order != 0 ? order : (x.len < y.len ? -1 : (x.len == y.len ? 0 : 1))
    case .int32: return compare(a, b, Int32.self)
    case .int64: return compare(a, b, Int64.self)
    case .uint32: return compare(a, b, UInt32.self)
    case .uint64: return compare(a, b, UInt64.self)
    }
  }

  private static func compare<T: Comparable>(
    _ a: UnsafeMutableRawPointer, _ b: UnsafeMutableRawPointer, _ type: T.Type
  ) -> Int32 {
    let x = a.load(fromByteOffset: keyOffset, as: T.self)
    let y = b.load(fromByteOffset: keyOffset, as: T.self)
    return x < y ? -1 : (x == y ? 0 : 1)
  }
}

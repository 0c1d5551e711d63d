// Decides how a field section is collected while it arrives, and when it has become too large. HTTP/2 never
// interleaves sections, so a connection needs one place for this, whatever its streams.

import Glibc

/// The field section under way on a connection: pseudo-header fields apart, the others as `HTTPFields` keeps
/// them. Confined to the connection's loop.
final class FieldSection {
  /// Where a pseudo-header field's value lies.
  private struct Extent {
    var start = 0
    var count = 0
  }

  private var storage: UnsafeMutableRawPointer
  private var capacity: Int
  /// Bytes of the records of the ordinary fields, from the start of the storage.
  private var length = 0
  private var count = 0
  private var size = 0
  private var entries = 0
  /// Pseudo-header values, from the end of the storage downwards.
  private var pseudoLength = 0
  private var methodExtent = Extent()
  private var schemeExtent = Extent()
  private var authorityExtent = Extent()
  private var pathExtent = Extent()
  private(set) var status = 0
  private(set) var isTooLarge = false
  /// There is a `host` field, or an `expect` field.
  private(set) var namesHost = false
  private(set) var expects = false
  /// Far beyond what is worth an answer.
  var isHopeless: Bool { size > 4 * maximumSize || entries > 16 * maximumCount }
  private let maximumSize: Int
  private let maximumCount: Int

  init(limits: HTTPLimits) {
    maximumSize = limits.headerListSize
    maximumCount = limits.headerCount
    capacity = 1024
    storage = .allocate(byteCount: capacity, alignment: 8)
  }

  deinit { storage.deallocate() }

  /// Makes ready for the next section.
  func begin() {
    length = 0
    count = 0
    size = 0
    entries = 0
    pseudoLength = 0
    methodExtent = Extent()
    schemeExtent = Extent()
    authorityExtent = Extent()
    pathExtent = Extent()
    status = 0
    isTooLarge = false
    namesHost = false
    expects = false
  }

  /// Takes a field whose syntax the codec has checked.
  func add(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    size += name.count + value.count + 32
    entries += 1
    guard size <= maximumSize, entries <= maximumCount else {
      isTooLarge = true
      return
    }
    let record = HTTPFields.recordHeader + name.count + value.count
    if length + pseudoLength + record > capacity { grow(by: record) }
    if name.first == UInt8(ascii: ":") { return addPseudo(name, value) }
    let target = storage + length
    target.storeBytes(of: UInt32(truncatingIfNeeded: name.count), as: UInt32.self)
    target.storeBytes(of: UInt32(truncatingIfNeeded: value.count), toByteOffset: 4, as: UInt32.self)
    copy(name, to: target + HTTPFields.recordHeader)
    copy(value, to: target + HTTPFields.recordHeader + name.count)
    length += record
    count += 1
    switch name.count {
    case 4: namesHost = namesHost || name.elementsEqual("host".utf8)
    case 6: expects = expects || name.elementsEqual("expect".utf8)
    default: break
    }
  }

  private func addPseudo(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
    let isStatus = name.count == 7 && name[1] == UInt8(ascii: "s") && name[2] == UInt8(ascii: "t")
    if isStatus {
      // nghttp2 has checked that these are three digits.
      status = value.reduce(0) { $0 * 10 + Int($1) - 0x30 }
      return
    }
    pseudoLength += value.count
    copy(value, to: storage + (capacity - pseudoLength))
    let extent = Extent(start: pseudoLength, count: value.count)
    switch (name.count, name[1]) {
    case (5, _): pathExtent = extent
    case (7, UInt8(ascii: "m")): methodExtent = extent
    case (7, _): schemeExtent = extent
    case (10, _): authorityExtent = extent
    default: break
    }
  }

  private func copy(_ bytes: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) {
    if let base = bytes.baseAddress { memcpy(target, base, bytes.count) }
  }

  private func grow(by record: Int) {
    let larger = max(capacity * 2, capacity + record)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 8)
    memcpy(moved, storage, length)
    memcpy(moved + (larger - pseudoLength), storage + (capacity - pseudoLength), pseudoLength)
    storage.deallocate()
    storage = moved
    capacity = larger
  }

  // MARK: What came

  /// The ordinary fields.
  var fields: HTTPFields {
    HTTPFields(records: UnsafeRawBufferPointer(start: storage, count: length), count: count)
  }

  var method: UnsafeRawBufferPointer { bytes(methodExtent) }
  var scheme: UnsafeRawBufferPointer { bytes(schemeExtent) }
  var authority: UnsafeRawBufferPointer { bytes(authorityExtent) }
  var path: UnsafeRawBufferPointer { bytes(pathExtent) }

  /// Valid until the next section begins. Offsets count from the end, which growing keeps.
  private func bytes(_ extent: Extent) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: storage + (capacity - extent.start), count: extent.count)
  }
}

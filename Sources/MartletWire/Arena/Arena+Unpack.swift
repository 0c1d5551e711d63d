// Decides how peers' bytes become C structs: by protobuf-c, within a stack and a memory budget.

import CProtobufC

extension Arena {
  /// What one decoding may use of the stack. protobuf-c takes about 1 KiB for each level of nesting, and 100 levels
  /// of messages may be 200 with map entries between them.
  private static let stackPerDecode: UInt = 512 << 10

  /// How many bytes of C structs `count` bytes of input may become. A message that needs more consists of almost
  /// empty elements: two bytes on the wire can be some hundreds in memory.
  static func budget(for count: Int) -> Int { 4 << 20 + 32 &* count }

  /// Decodes into this arena.
  ///
  /// - Throws: `malformed`, `tooDeep` or `tooLarge`.
  func unpack(_ layout: StructLayout, _ bytes: UnsafeRawBufferPointer) throws(WireFault)
    -> UnsafeMutableRawPointer
  {
    let here = ThreadStack.here()
    state.pointee.stackFloor = max(
      state.pointee.stackEnd, here > Self.stackPerDecode ? here - Self.stackPerDecode : 0)
    state.pointee.budget = Self.budget(for: bytes.count)
    state.pointee.refusal = .none
    let allocator = UnsafeMutableRawPointer(state)
      .advanced(by: Self.allocatorOffset).assumingMemoryBound(to: ProtobufCAllocator.self)
    let message = protobuf_c_message_unpack(
      layout.descriptor, allocator, bytes.count,
      bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
    if let message { return UnsafeMutableRawPointer(message) }
    switch state.pointee.refusal {
    case .none: throw .malformed
    case .stack: throw .tooDeep
    case .budget: throw .tooLarge
    }
  }

  private static let allocatorOffset = MemoryLayout<ArenaState>.offset(of: \.allocator) ?? 0

  /// Encodes a filled C struct into this arena.
  func pack(_ message: UnsafeRawPointer) -> UnsafeRawBufferPointer {
    let message = message.assumingMemoryBound(to: ProtobufCMessage.self)
    let size = protobuf_c_message_get_packed_size(message)
    let bytes = allocate(UInt8.self, count: max(size, 1))
    return UnsafeRawBufferPointer(start: bytes, count: protobuf_c_message_pack(message, bytes))
  }
}

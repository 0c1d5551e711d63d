// Decides what is known of a message type at run time: names from the .proto file, offsets from protobuf-c.

import CProtobufC

/// The schema of a message type.
public final class MessageSchema: Sendable {
  /// The protobuf name, for example `martlet.v1.Run`.
  public let fullName: String
  /// Fields in ascending order of their numbers.
  public let fields: [FieldSchema]
  /// How the C struct lies in memory.
  let layout: StructLayout
  /// The fields with their places in the C struct.
  let table: FieldTable
  /// Finds the types that an Any in this message may name.
  let types: @Sendable (String) -> MessageSchema?
  /// What JSON makes of it, if not an object of its fields.
  let wellKnown: WellKnownType?

  /// Makes a schema; generated code calls this once for each message.
  public convenience init(
    _ fullName: String, layout: StructLayout,
    types: @escaping @Sendable (String) -> MessageSchema?, fields: [FieldSchema]
  ) {
    self.init(fullName, layout: layout, types: types, fields: fields, wellKnown: nil)
  }

  init(
    _ fullName: String, layout: StructLayout,
    types: @escaping @Sendable (String) -> MessageSchema?, fields: [FieldSchema],
    wellKnown: WellKnownType?
  ) {
    self.fullName = fullName
    self.fields = fields.sorted { $0.number < $1.number }
    self.layout = layout
    self.types = types
    self.wellKnown = wellKnown
    table = FieldTable(self.fields, layout: layout)
  }
}

/// The memory layout of a message's C struct.
public struct StructLayout: @unchecked Sendable {
  // Sendable because the pointer is to a constant of the generated C code, which is never written.
  let descriptor: UnsafePointer<ProtobufCMessageDescriptor>
  /// The size of the struct in bytes.
  let size: Int

  /// Learns the layout from the generated C function that initializes the struct.
  public init<C>(_ initialize: (UnsafeMutablePointer<C>?) -> Void) {
    let value = UnsafeMutablePointer<C>.allocate(capacity: 1)
    defer { value.deallocate() }
    initialize(value)
    let base = UnsafeRawPointer(value).assumingMemoryBound(to: ProtobufCMessage.self)
    self.init(base.pointee.descriptor)
  }

  init(_ descriptor: UnsafePointer<ProtobufCMessageDescriptor>) {
    self.descriptor = descriptor
    size = descriptor.pointee.sizeof_message
  }

  /// Sets a struct to its defaults: in proto3 all of them are zero.
  func initialize(_ raw: UnsafeMutableRawPointer) {
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    raw.assumingMemoryBound(to: ProtobufCMessage.self).pointee.descriptor = descriptor
  }
}

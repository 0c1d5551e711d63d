// Decides how the .proto files of a module are kept for server reflection.

/// One .proto file, encoded as a FileDescriptorProto.
public struct DescriptorFile: Sendable {
  /// The path as imported, for example `martlet/v1/run.proto`.
  public let name: String
  /// The paths of its imports.
  public let dependencies: [String]
  /// Full names of what it declares: messages, fields, enums, services, methods.
  public let symbols: [String]
  private let base64: StaticString

  /// Makes a file; generated code calls this.
  public init(name: String, dependencies: [String], symbols: [String], base64: StaticString) {
    self.name = name
    self.dependencies = dependencies
    self.symbols = symbols
    self.base64 = base64
  }

  /// The encoded FileDescriptorProto, without comments and positions. Decoded at each call.
  public var bytes: [UInt8] {
    base64.withUTF8Buffer { Base64.decode(UnsafeRawBufferPointer($0)) ?? [] }
  }
}

// Decides what is fuzzed: everything that reads bytes of strangers. Each target takes any bytes and must neither
// crash nor break what it says of them; libFuzzer looks for the bytes, tests replay those that are kept.

/// Something that reads bytes of strangers.
public enum FuzzTarget: String, CaseIterable, Sendable {
  /// The binary encoding of messages.
  case message
  /// Their JSON.
  case json
  /// What an HTTP/2 connection reads behind its preface.
  case http2
  /// What an HTTP/1.1 connection reads.
  case http1
  /// Bodies of length-prefixed messages, compressed or not, and the fields around them.
  case frames
  /// The request of protoc.
  case plugin

  /// Reads the bytes.
  public func run(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .message: MessageFuzzing.binary(bytes)
    case .json: MessageFuzzing.json(bytes)
    case .http2: ConnectionFuzzing.http2(bytes)
    case .http1: ConnectionFuzzing.http1(bytes)
    case .frames: FrameFuzzing.run(bytes)
    case .plugin: PluginFuzzing.run(bytes)
    }
  }
}

// Decides how whole streams are read and written.

import Glibc

/// Reads a descriptor to its end.
func readAll(_ descriptor: Int32) throws -> [UInt8] {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = read(descriptor, &chunk, chunk.count)
    if count == 0 { return bytes }
    if count < 0 {
      if errno == EINTR { continue }
      throw PluginFault("cannot read: \(String(cString: strerror(errno)))")
    }
    bytes += chunk[..<count]
  }
}

/// Writes all bytes.
func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
  var rest = bytes[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw PluginFault("cannot write: \(String(cString: strerror(errno)))")
    }
    rest = rest.dropFirst(count)
  }
}

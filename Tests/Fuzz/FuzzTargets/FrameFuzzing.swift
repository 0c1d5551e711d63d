// Decides what must hold of a body of messages, and of the fields and queries that come with it: however the body
// is cut, the messages are the same, and none is longer than its limit.

import MartletCall
import MartletHTTP
import MartletRPC
import NIOCore

/// Bodies and fields of strangers.
enum FrameFuzzing {
  private static let limit = 4096

  static func run(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    switch choice % 4 {
    case 0, 1:
      let whole = messages(rest, pieces: rest.count + 1)
      let cut = messages(rest, pieces: Int(choice / 4) % 7 + 1)
      precondition(whole == cut, "the messages depend on how the body was cut")
    case 2: _ = try? ConnectQuery(Substring(String(decoding: rest, as: UTF8.self)))
    default: fields(rest)
    }
  }

  private static func messages(_ bytes: [UInt8], pieces size: Int) -> [[UInt8]] {
    var assembler = MessageAssembler(limit: limit, compression: .gzip)
    var found: [[UInt8]] = []
    var start = 0
    while start < bytes.count {
      let end = min(start + size, bytes.count)
      var piece = ByteBuffer(bytes: bytes[start..<end])
      start = end
      assembler.append(&piece)
      do throws(Status) {
        while let message = try assembler.next() {
          let body = try? message.withBytes(limit: limit) { Array($0) }
          precondition((body?.count ?? 0) <= limit, "a message is longer than its limit")
          found.append(body ?? [])
        }
      } catch { return found }
    }
    return found
  }

  /// A field a line, its value behind a colon.
  private static func fields(_ bytes: [UInt8]) {
    var fields = HTTPFields()
    for line in bytes.split(separator: 0x0A) {
      let parts = line.split(separator: 0x3A, maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count > 1 ? Array(parts[1]) : []
      Array(parts[0]).withUnsafeBytes { name in
        _ = value.withUnsafeBytes { fields.append(name, $0) }
      }
    }
    _ = RequestFields(fields)
  }
}

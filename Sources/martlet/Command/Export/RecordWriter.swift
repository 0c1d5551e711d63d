// Decides how records become a file: a header, a record a line, and an end that tells a whole file from a part of one.

import Glibc
import MartletWire

/// An export on its way to standard output, or to a file that is there only when it is whole.
final class RecordWriter: RecordSink {
  private static let bufferSize = 64 << 10

  private let file: PartFile?
  private var buffer: [UInt8] = []
  private(set) var counts: [RecordKind: Int] = [:]

  /// Opens the place and writes the header.
  ///
  /// - Parameters:
  ///   - path: nil for standard output.
  ///   - namespace: where the records come from.
  ///   - hasSecrets: whether blocks are written with their secrets.
  /// - Throws: `Status` when the file cannot be made.
  init(path: String?, namespace: String, hasSecrets: Bool) throws {
    file = try path.map { try PartFile($0) }
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    let now = try Timestamp(seconds: Int64(time.tv_sec), nanos: 0).jsonText()
    let name = try JSONValue.string(namespace).jsonText()
    try line(
      "{\"export\":{\"format\":1,\"namespace\":\(name),\"time\":\(now),\"secrets\":\(hasSecrets)}}")
  }

  /// Writes a record.
  func write(_ kind: RecordKind, json: String) throws {
    counts[kind, default: 0] += 1
    try line("{\"\(kind.rawValue)\":\(json)}")
  }

  /// Writes the end, and puts the file in its place.
  func finish() throws {
    let members = RecordKind.allCases.compactMap { kind in
      counts[kind].map { "\"\(kind.rawValue)\":\($0)" }
    }
    try line("{\"end\":{\"records\":{\(members.joined(separator: ","))}}}")
    try flush()
    try file?.keep()
  }

  private func line(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.bufferSize { try flush() }
  }

  private func flush() throws {
    if let file { try file.write(buffer) } else { Terminal.standard.write(bytes: buffer) }
    buffer.removeAll(keepingCapacity: true)
  }
}

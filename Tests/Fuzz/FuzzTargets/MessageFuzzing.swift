// Decides what must hold of bytes that were taken for a message: what was read can be written, and what was
// written is read as the same.

import MartletProto
import MartletWire
import TestProto

/// Messages of strangers.
enum MessageFuzzing {
  /// The first byte chooses the message.
  static func binary(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    switch choice % 4 {
    case 0: binary(Everything.self, rest)
    case 1: binary(ReportRequest.self, rest)
    case 2: binary(CreateRunRequest.self, rest)
    default: binary(BatchWriteLogsRequest.self, rest)
    }
  }

  static func json(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.first else { return }
    let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst())
    switch choice % 4 {
    case 0: json(Everything.self, rest)
    case 1: json(BatchReportRequest.self, rest)
    case 2: json(CreateRunRequest.self, rest)
    default: json(ListRunsRequest.self, rest)
    }
  }

  private static let limits = DecodeLimits(size: 1 << 16, depth: 100)

  private static func binary<M: Message>(_ type: M.Type, _ bytes: UnsafeRawBufferPointer) {
    guard let message = try? M.decode(bytes, limits: limits) else { return }
    let written = message.withEncodedBytes { Array($0) }
    let again = written.withUnsafeBytes { try? M.decode($0, limits: .standard) }
    precondition(
      again?.withEncodedBytes { Array($0) } == written, "\(M.fullName) changes on its way")
    guard let text = try? message.encodeJSON(options: .standard) else { return }
    precondition(
      text.withUnsafeBytes { try? M.decodeJSON($0, options: .standard) } != nil,
      "\(M.fullName) writes JSON that it does not read")
  }

  private static func json<M: Message>(_ type: M.Type, _ bytes: UnsafeRawBufferPointer) {
    for ignores in [false, true] {
      let options = JSONOptions(ignoreUnknownFields: ignores, limits: limits)
      guard let message = try? M.decodeJSON(bytes, options: options),
        let written = try? message.encodeJSON(options: .standard)
      else { continue }
      let again = written.withUnsafeBytes { try? M.decodeJSON($0, options: .standard) }
      precondition(
        (try? again?.encodeJSON(options: .standard)) == written, "\(M.fullName) changes on its way")
    }
  }
}

// Decides how reports lie on disk: records of `length (4 bytes, big-endian) · CRC-32 (4 bytes) ·
// martlet.v1.BatchReportRequest`, one after another. What is torn at the end is not there.

internal import Glibc
internal import MartletProto
internal import MartletWire

/// The whole records of a spool file, in order.
struct SpoolReader {
  /// No record is longer; a longer length is damage.
  static let longestRecord = 64 << 20

  private let file: Int32
  private var position: Int = 0

  /// Reads an open file from its beginning.
  init(_ file: Int32) { self.file = file }

  /// The next record; nil when there is no whole one. More may be there later, when the file has grown.
  mutating func next() -> BatchReportRequest? {
    guard let head = bytes(8, at: position) else { return nil }
    let length = Int(head.bigEndian(at: 0))
    guard length <= Self.longestRecord, let record = bytes(length, at: position + 8) else {
      return nil
    }
    return record.withUnsafeBytes { record in
      guard CRC32.of(record) == head.bigEndian(at: 4) else { return nil }
      position += 8 + length
      let limits = DecodeLimits(size: Self.longestRecord, depth: DecodeLimits.standard.depth)
      return try? BatchReportRequest.decode(record, limits: limits)
    }
  }

  /// Leaves aside what is there up to a place where a record begins.
  mutating func skip(to position: Int) { self.position = position }

  private func bytes(_ count: Int, at position: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let result = bytes.withUnsafeMutableBytes {
        pread(file, $0.baseAddress! + filled, count - filled, position + filled)
      }
      if result < 0 && errno == EINTR { continue }
      guard result > 0 else { return nil }
      filled += result
    }
    return bytes
  }
}

/// Makes records.
enum SpoolRecord {
  /// The most reports in a record, and about the most bytes.
  private static let mostReports = 100
  private static let mostBytes = 1 << 20

  /// Reports as they lie on disk; each record can be sent as it is.
  static func encode(_ reports: [RunReport], namespace: String, session: Session?) -> [UInt8] {
    var bytes: [UInt8] = []
    var request = BatchReportRequest(namespace: namespace, session: session)
    var size = 0
    func flush() {
      guard !request.reports.isEmpty else { return }
      request.withEncodedBytes { record in
        bytes.append(bigEndian: UInt32(record.count))
        bytes.append(bigEndian: CRC32.of(record))
        bytes.append(contentsOf: record)
      }
      request.reports = []
      size = 0
    }
    for report in reports {
      let added = ReportLedger.size(of: report)
      if request.reports.count == mostReports || size + added > mostBytes { flush() }
      request.reports.append(report)
      size += added
    }
    flush()
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(bigEndian value: UInt32) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  fileprivate func bigEndian(at offset: Int) -> UInt32 {
    self[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
}

/// The checksum of zip and PNG (ISO 3309, reflected polynomial 0xEDB88320).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }

  /// The checksum of bytes.
  static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    ~bytes.reduce(~UInt32(0)) { sum, byte in
      table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] ^ sum >> 8
    }
  }
}

// Decides how an export is read: line by line, its header first, and whether it is whole.

import Glibc
import MartletCall
import MartletWire

/// The lines of an export.
final class RecordReader {
  /// What a line holds.
  struct Record {
    /// The key of its only member.
    var key: String
    /// What stands there, as JSON.
    var body: [UInt8]
    /// Its place in the file, from 1.
    var line: Int
  }

  private let file: UnsafeMutablePointer<FILE>
  private let name: String
  private var counts: [String: Int] = [:]
  private var line = 0
  /// Whether blocks have their secrets.
  private(set) var hasSecrets = false
  /// Whether the end was read, and the file has as many records as it says.
  private(set) var isWhole = false

  /// Opens a file, or standard input for `-`, and reads the header.
  ///
  /// - Throws: `Status` when it cannot be read or is no export that this program knows.
  init(_ path: String) throws {
    name = path == "-" ? "standard input" : path
    guard let file = path == "-" ? fdopen(dup(STDIN_FILENO), "r") : fopen(path, "re") else {
      throw PartFile.failure("cannot read", path)
    }
    self.file = file
    guard let first = try member(), first.key == "export",
      case .object(let header) = try value(of: first)
    else { throw refusal("is no export of Martlet") }
    guard header["format"] == .number(1) else { throw refusal("is of a format other than 1") }
    hasSecrets = header["secrets"] == .bool(true)
  }

  deinit { fclose(file) }

  /// The next record; nil at the end.
  func next() throws -> Record? {
    guard !isWhole, let record = try member() else { return nil }
    if record.key == "end" {
      guard case .object(let end) = try value(of: record),
        case .object(let records)? = end["records"],
        records == counts.mapValues({ .number(Double($0)) })
      else { throw refusal("has not the records that its end says") }
      isWhole = true
      return nil
    }
    counts[record.key, default: 0] += 1
    return record
  }

  private func member() throws -> Record? {
    var text: UnsafeMutablePointer<CChar>?
    var size = 0
    defer { free(text) }
    let count = getline(&text, &size, file)
    guard count >= 0, let text else { return nil }
    line += 1
    let bytes = UnsafeRawBufferPointer(start: text, count: count)
    if let (key, body) = Self.parts(of: bytes) { return Record(key: key, body: body, line: line) }
    do {
      guard case .object(let object) = try Self.value(of: bytes), object.count == 1,
        let member = object.first
      else { throw refusal("line \(line) is not one record") }
      return Record(key: member.key, body: Array(try member.value.jsonText().utf8), line: line)
    } catch let error as WireError {
      throw refusal("line \(line): \(error)")
    }
  }

  /// The key and the value of a line as a server writes it, unread; nil for what may be written in another way.
  private static func parts(of bytes: UnsafeRawBufferPointer) -> (key: String, body: [UInt8])? {
    var end = bytes.endIndex
    while end > 0, bytes[end - 1] == UInt8(ascii: "\n") || bytes[end - 1] == UInt8(ascii: "\r") {
      end -= 1
    }
    let (quote, brace) = (UInt8(ascii: "\""), UInt8(ascii: "}"))
    guard end > 5, bytes[0] == UInt8(ascii: "{"), bytes[1] == quote, bytes[end - 1] == brace,
      let close = bytes[2..<end].firstIndex(of: quote),
      bytes[2..<close].allSatisfy({ UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 }),
      close + 1 < end - 1, bytes[close + 1] == UInt8(ascii: ":")
    else { return nil }
    return (String(decoding: bytes[2..<close], as: UTF8.self), Array(bytes[close + 2..<end - 1]))
  }

  private func value(of record: Record) throws -> JSONValue {
    do { return try record.body.withUnsafeBytes(Self.value) } catch let error as WireError {
      throw refusal("line \(record.line): \(error)")
    }
  }

  private static func value(of bytes: UnsafeRawBufferPointer) throws -> JSONValue {
    var options = JSONOptions.standard
    options.limits.size = max(options.limits.size, bytes.count)
    return try JSONValue.decodeJSON(bytes, options: options)
  }

  private func refusal(_ why: String) -> Status {
    Status(.invalidArgument, "\(name) \(why)")
  }
}

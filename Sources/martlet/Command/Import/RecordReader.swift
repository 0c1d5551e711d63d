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
    var body: String
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
    guard let (key, value) = try member(), key == "export", case .object(let header) = value else {
      throw refusal("is no export of Martlet")
    }
    guard header["format"] == .number(1) else { throw refusal("is of a format other than 1") }
    hasSecrets = header["secrets"] == .bool(true)
  }

  deinit { fclose(file) }

  /// The next record; nil at the end.
  func next() throws -> Record? {
    guard !isWhole, let (key, value) = try member() else { return nil }
    if key == "end" {
      guard case .object(let end) = value, case .object(let records)? = end["records"],
        records == counts.mapValues({ .number(Double($0)) })
      else { throw refusal("has not the records that its end says") }
      isWhole = true
      return nil
    }
    counts[key, default: 0] += 1
    return Record(key: key, body: try value.jsonText(), line: line)
  }

  private func member() throws -> (key: String, value: JSONValue)? {
    var text: UnsafeMutablePointer<CChar>?
    var size = 0
    defer { free(text) }
    let count = getline(&text, &size, file)
    guard count >= 0, let text else { return nil }
    line += 1
    let bytes = UnsafeRawBufferPointer(start: text, count: count)
    do {
      var options = JSONOptions.standard
      options.limits.size = max(options.limits.size, count)
      guard case .object(let object) = try JSONValue.decodeJSON(bytes, options: options),
        object.count == 1, let member = object.first
      else { throw refusal("line \(line) is not one record") }
      return member
    } catch let error as WireError {
      throw refusal("line \(line): \(error)")
    }
  }

  private func refusal(_ why: String) -> Status {
    Status(.invalidArgument, "\(name) \(why)")
  }
}

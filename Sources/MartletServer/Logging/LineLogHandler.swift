// Decides how the server's own log looks: a line an entry on standard error, as text or as JSON.

internal import Glibc
public import Logging

/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
  /// For people: time, level, what, metadata.
  case text
  /// For programs: an object a line.
  case json
}

/// Writes log entries to standard error, each as one `write`, so that lines of several threads never mix.
public struct LineLogHandler: LogHandler {
  /// The least level that is written.
  public var logLevel: Logger.Level
  /// Metadata of every entry.
  public var metadata: Logger.Metadata = [:]
  private let label: String
  private let format: LogFormat

  /// Makes a handler.
  public init(label: String, level: Logger.Level, format: LogFormat) {
    self.label = label
    self.format = format
    logLevel = level
  }

  /// Metadata of every entry, by key.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one entry.
  public func log(event: LogEvent) {
    let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
    var line: String
    switch format {
    case .text:
      line = "\(Self.time()) \(Self.padded(event.level)) \(event.message)"
      for (key, value) in all { line += " \(key)=\(Self.quoted("\(value)"))" }
    case .json:
      line = "{\"time\":\"\(Self.time())\",\"level\":\"\(event.level)\",\"logger\":"
      line += Self.json(label) + ",\"message\":" + Self.json("\(event.message)")
      for (key, value) in all { line += ",\(Self.json(key)):\(Self.json("\(value)"))" }
      line += "}"
    }
    line += "\n"
    line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
  }

  private static func padded(_ level: Logger.Level) -> String {
    let name = "\(level)".uppercased()
    return name + String(repeating: " ", count: max(0, 8 - name.count))
  }

  // RFC 3339 in UTC, to the millisecond.
  private static func time() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
  }

  private static func quoted(_ text: String) -> String {
    text.utf8.contains { $0 <= UInt8(ascii: " ") || $0 == UInt8(ascii: "\"") } ? json(text) : text
  }

  private static func json(_ text: String) -> String {
    var output = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "\n": output += "\\n"
      case "\r": output += "\\r"
      case "\t": output += "\\t"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        output += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: output.unicodeScalars.append(scalar)
      }
    }
    return output + "\""
  }
}

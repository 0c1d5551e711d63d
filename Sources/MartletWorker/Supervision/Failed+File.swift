// Decides what a command may say of its failure in $MARTLET_FAILURE: a JSON object with `type`, `message`, `traceback` and
// `retriable`, all of them optional; any other value is the message.

import MartletProto
import MartletWire

extension Failed {
  // What the server keeps.
  private static let longestType = 500
  private static let longestText = 60 << 10

  /// Takes what the file says; the rest stays.
  mutating func take(_ value: JSONValue) {
    guard case .object(let object) = value else {
      if case .string(let text) = value { errorMessage = text.beginning(Self.longestText) }
      return
    }
    if case .string(let type)? = object["type"], !type.isEmpty {
      errorType = type.beginning(Self.longestType)
    }
    if case .string(let message)? = object["message"] {
      errorMessage = message.beginning(Self.longestText)
    }
    if case .string(let text)? = object["traceback"] { traceback = text.ending(Self.longestText) }
    if case .bool(let flag)? = object["retriable"] { retriable = flag }
  }
}

extension String {
  /// So many bytes of the beginning; what the cut leaves of a character is repaired. NUL becomes U+FFFD.
  fileprivate func beginning(_ bytes: Int) -> String {
    utf8.count <= bytes ? storable : String(decoding: utf8.prefix(bytes), as: UTF8.self).storable
  }

  /// So many bytes of the end: that is where a traceback says what happened.
  fileprivate func ending(_ bytes: Int) -> String {
    utf8.count <= bytes ? storable : String(decoding: utf8.suffix(bytes), as: UTF8.self).storable
  }

  private var storable: String {
    guard utf8.contains(0) else { return self }
    return String(
      String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
  }
}

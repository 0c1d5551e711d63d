// Decides when output is for a person: colour and progress only on a terminal, never with NO_COLOR or TERM=dumb.

import Glibc

/// Colours of the sixteen that every terminal has.
enum Style: String, Sendable {
  case bold = "1"
  case dim = "2"
  case red = "31"
  case green = "32"
  case yellow = "33"
  case blue = "34"
  case magenta = "35"
  case cyan = "36"
}

/// Where standard output goes.
struct Terminal: Sendable {
  /// Whether a person watches.
  let isInteractive: Bool
  /// Whether colours may be used.
  let hasColour: Bool
  /// Columns; nil when nobody watches.
  let width: Int?

  /// Standard output.
  static let standard: Terminal = {
    let interactive = isatty(STDOUT_FILENO) == 1
    let dumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
    let refused = getenv("NO_COLOR").map { $0.pointee != 0 } ?? false
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return Terminal(
      isInteractive: interactive, hasColour: interactive && !dumb && !refused,
      width: interactive && known ? Int(size.ws_col) : nil)
  }()

  /// The text in a colour, where colours may be used.
  func styled(_ text: String, _ style: Style?) -> String {
    guard hasColour, let style else { return text }
    return "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m"
  }

  /// Writes to standard output at once. A reader that has gone away ends the program quietly.
  func write(_ text: String) {
    var text = text
    text.withUTF8 { write($0) }
  }

  /// Writes bytes to standard output as they are.
  func write(bytes: [UInt8]) { bytes.withUnsafeBufferPointer { write($0) } }

  private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(STDOUT_FILENO, bytes.baseAddress! + written, bytes.count - written)
      if count < 0 && errno == EINTR { continue }
      if count <= 0 { exit(0) }
      written += count
    }
  }

  /// Writes a line to standard output at once.
  func line(_ text: String = "") { write(text + "\n") }
}

/// Writes a line to standard error.
func complain(_ text: String) {
  var line = text + "\n"
  line.withUTF8 { bytes in _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
}

// Decides how arguments are handed on byte for byte: a Swift string repairs what is not UTF-8, and a file may well be
// called so.

import Glibc

/// The arguments of this process as the system gave them.
enum ProgramArguments {
  /// The last arguments, as C strings without their ends.
  static func last(_ count: Int) -> [[CChar]] {
    let first = Int(CommandLine.argc) - count
    return (first..<Int(CommandLine.argc)).map { index in
      guard let text = CommandLine.unsafeArgv[index] else { return [] }
      return Array(UnsafeBufferPointer(start: text, count: strlen(text)))
    }
  }
}

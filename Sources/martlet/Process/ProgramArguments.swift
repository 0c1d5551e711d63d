// Decides how arguments are handed on byte for byte: a Swift string repairs what is not UTF-8, and a file may well be
// called so.

import Glibc

/// The arguments of this process as the system gave them.
enum ProgramArguments {
  /// The words that end the command line, as C strings without their ends; words of an alias as they are.
  static func raw(_ words: [String]) -> [[CChar]] {
    let first = Int(CommandLine.argc) - words.count
    return words.enumerated().map { offset, word in
      let index = first + offset
      guard index > 0, let text = CommandLine.unsafeArgv[index], String(cString: text) == word
      else { return word.utf8.map(CChar.init(bitPattern:)) }
      return Array(UnsafeBufferPointer(start: text, count: strlen(text)))
    }
  }
}

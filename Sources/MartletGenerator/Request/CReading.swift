// Decides how C strings and arrays of protobuf-c are read.

import CPluginProto
import CProtobufC

/// A C string; empty for NULL.
func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }

/// An array of pointers to messages.
func list<C>(_ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<C>?>?) -> [C] {
  guard let pointer else { return [] }
  return (0..<count).compactMap { pointer[$0]?.pointee }
}

/// An array of C strings.
func strings(_ count: Int, _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?)
  -> [String]
{
  guard let pointer else { return [] }
  return (0..<count).map { text(pointer[$0]) }
}

/// The comments of a file by the path of what they describe.
enum SourceComments {
  /// Reads them; a leading comment wins over a trailing one.
  static func read(_ info: Google__Protobuf__SourceCodeInfo) -> [[Int32]: String] {
    var comments: [[Int32]: String] = [:]
    for location in list(info.n_location, info.location) {
      let leading = tidy(text(location.leading_comments))
      let comment = leading.isEmpty ? tidy(text(location.trailing_comments)) : leading
      guard !comment.isEmpty else { continue }
      let path = location.path.map { Array(UnsafeBufferPointer(start: $0, count: location.n_path)) }
      comments[path ?? []] = comment
    }
    return comments
  }

  /// Removes the space after each `//` and empty lines at both ends.
  private static func tidy(_ comment: String) -> String {
    var lines = comment.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line
      if line.first == " " { line.removeFirst() }
      while line.last == " " { line.removeLast() }
      return String(line)
    }
    while lines.last?.isEmpty == true { lines.removeLast() }
    while lines.first?.isEmpty == true { lines.removeFirst() }
    return lines.joined(separator: "\n")
  }
}

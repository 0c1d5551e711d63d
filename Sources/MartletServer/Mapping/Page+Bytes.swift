// Decides how much of a page goes into one message.

internal import MartletStore

extension Collection {
  /// As many of the first as fit into a message, one at least.
  ///
  /// - Parameter size: The bytes that one takes.
  func fitting(_ size: (Element) -> Int) -> SubSequence {
    var bytes = 0
    let count = prefix { element in
      bytes += size(element)
      return bytes <= RunPage.mostBytes
    }.count
    return prefix(Swift.max(1, count))
  }
}

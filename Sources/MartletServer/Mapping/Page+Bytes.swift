// Decides how much of a page goes into one message.

/// The most bytes of texts on a page of several: clients refuse a message of more than 4 MiB.
let pageBytes = 2 << 20

extension Collection {
  /// As many of the first as fit into a message, one at least.
  ///
  /// - Parameter size: The bytes that one takes.
  func fitting(_ size: (Element) -> Int) -> SubSequence {
    var bytes = 0
    let count = prefix { element in
      bytes += size(element)
      return bytes <= pageBytes
    }.count
    return prefix(Swift.max(1, count))
  }
}

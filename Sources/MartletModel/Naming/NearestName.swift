// Decides which known name was meant by an unknown one: the one fewest keystrokes away, if they are few.

extension Sequence where Element == String {
  /// The most similar name; nil when none is similar.
  ///
  /// The cost is the product of the lengths: bound both when they come from outside.
  public func nearest(to name: String) -> String? {
    map { (name: $0, distance: $0.keystrokes(to: name)) }
      .min { $0.distance < $1.distance }
      .flatMap { $0.distance <= Swift.max(2, name.count / 3) ? $0.name : nil }
  }
}

extension String {
  /// How many letters to put in, take out or replace to make the other text of this one.
  fileprivate func keystrokes(to other: String) -> Int {
    let other = Array(other)
    var row = Array(0...other.count)
    for (line, letter) in enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for (column, candidate) in other.enumerated() {
        let replaced = diagonal + (letter == candidate ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[other.count]
  }
}

// Decides how many calls go on at the same time when a manifest declares much: a commit that waits lets others join it.

extension Array where Element: Sendable {
  private static var most: Int { 16 }

  /// What a body makes of each element, in their order, several at a time.
  ///
  /// - Throws: what the first that failed threw; the others are cancelled then.
  @discardableResult
  func concurrently<R: Sendable>(
    _ body: @escaping @Sendable (Element) async throws -> R
  ) async throws -> [R] {
    try await withThrowingTaskGroup(of: (Int, R).self) { group in
      var results = [R?](repeating: nil, count: count)
      var (begun, ended) = (0, 0)
      while ended < count {
        while begun < count, begun - ended < Self.most {
          let (index, element) = (begun, self[begun])
          group.addTask { (index, try await body(element)) }
          begun += 1
        }
        guard let (index, result) = try await group.next() else { break }
        results[index] = result
        ended += 1
      }
      return results.compactMap(\.self)
    }
  }
}

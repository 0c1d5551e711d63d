// Decides which variables of the environment look like settings but are none.

internal import MartletModel

/// A variable that begins with `MARTLET_` and that nothing reads.
public struct UnknownVariable: Sendable, Equatable {
  /// Its name.
  public let name: String
  /// The variable that may have been meant.
  public let nearest: String?

  /// The unknown variables of an environment, in order.
  ///
  /// - Parameter others: Variables that are known and no settings of the table.
  public static func all<Root>(
    in environment: [String: String], table: [Setting<Root>], others: [String]
  ) -> [UnknownVariable] {
    let known = table.map(\.variable) + others + [SettingsSearch.variable]
    return environment.keys.filter { $0.hasPrefix("MARTLET_") && !known.contains($0) }.sorted()
      .map { UnknownVariable(name: $0, nearest: known.nearest(to: $0)) }
  }
}

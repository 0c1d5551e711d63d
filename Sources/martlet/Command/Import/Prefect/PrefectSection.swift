// Decides the parts of a Prefect server that can be asked for, and which are taken unless others are.

import ArgumentParser

/// A part of what a Prefect server keeps.
enum PrefectSection: String, CaseIterable {
  case flows, pools, limits, variables, blocks, deployments, automations, runs, artifacts, logs,
    events

  /// Those that are taken without being asked for.
  static let usual = Set(allCases).subtracting([.logs, .events])

  /// Reads a list such as `blocks,deployments`.
  ///
  /// - Throws: `ValidationError`, which names the word that is none.
  static func list(_ text: String) throws -> Set<PrefectSection> {
    var sections: Set<PrefectSection> = []
    for word in text.split(separator: ",") {
      guard let section = PrefectSection(rawValue: String(word)) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw ValidationError("--only: \"\(word)\" is none of \(known)")
      }
      sections.insert(section)
    }
    if sections.isEmpty { throw ValidationError("--only names nothing") }
    return sections
  }
}

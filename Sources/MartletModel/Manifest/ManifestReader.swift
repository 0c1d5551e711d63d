// Decides what a tree declares, in the words of `martlet.yaml` and in those of every `prefect.yaml`. All mistakes are
// told at once, and a key that is not known is one: a misspelt key must not be a silent default.

/// What was read, and what is to be said about it.
public struct ManifestReading: Sendable, Equatable {
  /// What is declared.
  public var manifest: Manifest
  /// What was left out, and why.
  public var warnings: [ManifestProblem]
}

/// Reads trees.
public struct ManifestReader: Sendable {
  /// What templates refer to.
  public var context: ManifestContext
  /// The names of the deployments that are wanted; nil is all. What is wrong with others is not told.
  public var only: Set<String>?

  /// Makes a reader.
  public init(context: ManifestContext = ManifestContext(), only: Set<String>? = nil) {
    self.context = context
    self.only = only
  }

  private static let keys = [
    "name", "deployments", "pools", "limits", "variables", "prefect-version", "martlet-version",
    "build", "push", "pull", "definitions", "work_pool",
  ]

  /// Reads a tree.
  ///
  /// - Throws: everything that is wrong with it.
  public func read(_ tree: JSON) throws(ManifestError) -> ManifestReading {
    var notes = ManifestNotes()
    var manifest = Manifest()
    let root = ManifestValue(json: tree, place: JSONPointer())
    // Keys that begin so hold anchors for other places.
    let known = Self.keys + root.names.filter { $0.hasPrefix("x-") || $0.hasPrefix(".") }
    if notes.object(root, known, called: "a manifest") {
      manifest.name = notes.text(root.member("name"))
      read(root, into: &manifest, &notes)
    }
    guard notes.problems.isEmpty else { throw ManifestError(notes.problems) }
    return ManifestReading(manifest: manifest, warnings: notes.warnings)
  }

  private func read(
    _ root: ManifestValue, into manifest: inout Manifest, _ notes: inout ManifestNotes
  ) {
    let common = root.member("work_pool").map { context.filled($0, &notes) }
    if let common, let pool = pool(declaredBy: common, &notes) { manifest.pools.append(pool) }
    for value in notes.list(root.member("pools")) ?? [] {
      if let pool = pool(context.filled(value, &notes), &notes) { manifest.pools.append(pool) }
    }
    for value in notes.list(root.member("limits")) ?? [] {
      if let limit = limit(context.filled(value, &notes), &notes) { manifest.limits.append(limit) }
    }
    manifest.variables = variables(root.member("variables"), &notes)
    manifest.build = buildSteps(root.member("build"), &notes)
    manifest.build += buildSteps(root.member("push"), &notes)
    for value in notes.list(root.member("deployments")) ?? [] {
      if let only, let name = value.json["name"], case .string(let text) = name,
        !only.contains(text.text)
      {
        continue
      }
      manifest.build += buildSteps(value.member("build"), &notes)
      manifest.build += buildSteps(value.member("push"), &notes)
      if let deployment = deployment(value, below: root, common, &notes) {
        manifest.deployments.append(deployment)
      }
    }
    refuseTwins(manifest, &notes)
  }

  private func refuseTwins(_ manifest: Manifest, _ notes: inout ManifestNotes) {
    func check(_ list: String, _ keys: [String], _ notes: inout ManifestNotes) {
      var seen: Set<String> = []
      for (index, key) in keys.enumerated() where !seen.insert(key).inserted {
        notes.refuse(
          JSONPointer([.name(JSONText(list)), .index(index)]),
          "is the second one called '\(key.split(separator: "/").last ?? "")'")
      }
    }
    check(
      "deployments",
      manifest.deployments.map { deployment in
        var flow = deployment.flow ?? ""
        if case .entrypoint(let text)? = deployment.work { flow += text }
        return "\(flow)/\(deployment.name)"
      }, &notes)
    check("pools", manifest.pools.map(\.name), &notes)
    check("limits", manifest.limits.map(\.name), &notes)
  }
}

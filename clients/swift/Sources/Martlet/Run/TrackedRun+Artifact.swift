// Decides how a run writes things down for people: each call makes a version of the series that its key names, but for
// progress, whose one artifact changes in place.

internal import MartletProto
public import MartletWire

extension TrackedRun {
  /// Writes Markdown down; at most 1 MiB. NUL, which the server cannot keep, becomes U+FFFD here and in all other text.
  ///
  /// - Parameters:
  ///   - key: names the series of versions: lower-case letters, digits and dashes.
  ///   - run: the run that it belongs to; this one when nil.
  /// - Returns: the artifact's id.
  @discardableResult
  public func artifact(
    _ key: String, markdown: String, description: String = "", of run: String? = nil
  ) async -> String {
    await artifact(key, .markdown(markdown.storable), description, run)
  }

  /// Writes a table down: a list of objects, or an object of lists; at most 1 MiB as JSON.
  @discardableResult
  public func artifact(
    _ key: String, table: JSONValue, description: String = "", of run: String? = nil
  ) async -> String {
    await artifact(key, .table(table), description, run)
  }

  /// Writes a link down.
  @discardableResult
  public func artifact(
    _ key: String, link uri: String, text: String = "", description: String = "",
    of run: String? = nil
  ) async -> String {
    await artifact(key, .link(Link(uri: uri.storable, text: text.storable)), description, run)
  }

  /// Writes an image down, by its address.
  @discardableResult
  public func artifact(
    _ key: String, image uri: String, description: String = "", of run: String? = nil
  ) async -> String {
    await artifact(key, .imageURI(uri.storable), description, run)
  }

  /// Tells how far something is.
  ///
  /// - Parameters:
  ///   - progress: from 0 to 100.
  ///   - id: what the first call returned, so that the artifact changes; nil begins one.
  @discardableResult
  public func artifact(
    _ key: String, progress: Double, id: String? = nil, description: String = "",
    of run: String? = nil
  ) async -> String {
    await artifact(key, .progress(min(100, max(0, progress))), description, run, id: id)
  }

  private func artifact(
    _ key: String, _ content: Artifact.Content, _ description: String, _ run: String?,
    id: String? = nil
  ) async -> String {
    var artifact = Artifact()
    artifact.id = id ?? Identifier.timeOrdered()
    artifact.key = key
    artifact.description = description.storable
    artifact.content = content
    var report = plain(.artifact(artifact))
    if let run { report.runID = run }
    await reporting.reporter.post(report)
    return artifact.id
  }
}

extension String {
  /// The text without what the server cannot keep.
  fileprivate var storable: String {
    guard utf8.contains(0) else { return self }
    return String(String.UnicodeScalarView(unicodeScalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
  }
}

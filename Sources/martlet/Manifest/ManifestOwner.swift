// Decides what belongs to a manifest: deployments by a label, everything else by a record, which is a variable beside the
// others. Only what an apply created belongs to it; what was there before does not.

import ArgumentParser
import Martlet
import MartletModel
import MartletProto

/// What applies of one manifest created.
struct ManifestOwner {
  /// The manifest's name.
  let name: String
  /// Everything that is its.
  private(set) var owned: Set<ManifestKey> = []
  private var etag = ""

  /// The variable with the record.
  var variable: String {
    let legal = name.lowercased().map { character in
      character.isASCII && (character.isLetter || character.isNumber) || "-_".contains(character)
        ? character : "-"
    }
    return "martlet-manifest-" + String(legal)
  }

  private static let recorded: [ManifestKind] = [.variable, .limit, .pool]

  /// Reads what belongs to a name.
  init(_ name: String, on connection: Connection) async throws {
    self.name = name
    if let record = try await connection.sharedVariable(variable) {
      etag = record.etag
      let value = record.value.map { JSON($0) }
      if case .string(let other)? = value?["name"], other.text != name {
        throw ValidationError(
          "the manifest's name \"\(name)\" is too like \"\(other.text)\", which is in use: both are recorded in the variable"
            + " \(variable); give this one another")
      }
      for kind in Self.recorded {
        guard case .array(let names)? = value?[kind.word] else { continue }
        for case .string(let text) in names { owned.insert(ManifestKey(kind, text.text)) }
      }
    }
    var request = ListDeploymentsRequest()
    request.namespace = connection.namespace
    request.labels = [Deployment.ownerLabel: name]
    repeat {
      let page = try await connection.client.deployments.listDeployments(request)
      for deployment in page.deployments {
        owned.insert(ManifestKey(.deployment, deployment.reference))
      }
      request.pageToken = page.nextPageToken
    } while !request.pageToken.isEmpty
  }

  /// Records that things are about to be created, or are gone.
  ///
  /// - Throws: `Status` ABORTED when another apply of the manifest wrote meanwhile.
  mutating func record(
    adding new: [ManifestKey], removing gone: [ManifestKey], on connection: Connection
  ) async throws {
    let before = owned
    owned = owned.union(new).subtracting(gone)
    guard owned.filter({ $0.kind != .deployment }) != before.filter({ $0.kind != .deployment })
    else { return }
    let members: [(String, JSON?)] =
      [("name", .text(name))]
      + Self.recorded.map { kind in
        (kind.word, .texts(owned.filter { $0.kind == kind }.map(\.name).sorted()))
      }
    try await connection.set(
      VariableManifest(
        name: variable, value: .object(members), tags: ["martlet.manifest"]), etag: etag)
    etag = try await connection.sharedVariable(variable)?.etag ?? ""
  }
}

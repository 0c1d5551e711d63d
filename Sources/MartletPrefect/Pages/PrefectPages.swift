// Decides how Prefect's own web pages are served out of its release: which of the two a browser gets, where they are, and
// what they are told about the server.

internal import Glibc
internal import MartletHTTP
internal import MartletModel
public import MartletRPC

/// The web pages that Prefect's release brings: the newer ones, and those before them.
public struct PrefectPages: Sendable {
  /// One set of pages.
  private enum Edition: String, CaseIterable {
    case former = "v1"
    case current = "v2"

    /// Its directory in the release.
    var directory: String { self == .former ? "ui" : "ui-v2" }
    /// Where it is served.
    var base: String { self == .former ? PrefectPages.root : PrefectPages.root + "/v2" }
    /// What stands in its files for that.
    var substitution: TextSubstitution {
      TextSubstitution("/PREFECT_UI_SERVE_BASE_REPLACE_PLACEHOLDER", by: base)
    }
  }

  private static let images = [
    "cancelled", "completed", "crashed", "failed", "pending", "running", "scheduled",
  ].map { $0 + ".svg" }
  private static let icons = ["favicon.ico", "favicon-dark.ico"]
  /// Where they are served.
  public static let root = "/prefect"
  /// The cookie by which the pages keep which of them somebody likes.
  private static let cookie = "prefect_ui_version"
  private let directory: String
  private let editions: [Edition]

  /// Takes the directory of a release that holds the pages, `prefect/server`; nil when there are none.
  public init?(directory: String) {
    self.directory = directory
    editions = Edition.allCases.filter {
      access("\(directory)/\($0.directory)/index.html", R_OK) == 0
    }
    if editions.isEmpty { return nil }
  }

  /// Serves them.
  public func mount(on routes: inout HTTPRoutes) {
    for edition in editions {
      routes.mount(
        edition.base,
        StaticFiles(
          root: "\(directory)/\(edition.directory)", prefix: edition.base,
          fields: ["cache-control": "no-cache"], fallback: "index.html",
          substitution: edition.substitution, redirect: redirect))
    }
    if !editions.contains(.former) {
      routes.mount(Self.root, StaticFiles(root: "", redirect: redirect))
    }
    if let edition = editions.last {
      let root = "\(directory)/\(edition.directory)"
      for name in Self.icons { routes.mount("/" + name, StaticFiles(root: root + "/ico")) }
      // The pages look for these where they would be if they were served at the root.
      for name in Self.images { routes.mount("/" + name, StaticFiles(root: root)) }
    }
    if editions.contains(.former) {
      routes.mount("/ico", StaticFiles(root: "\(directory)/\(Edition.former.directory)"))
    }
    routes[Self.root + "/ui-settings"] = { _ in
      .text(settings.description, contentType: "application/json")
    }
  }

  /// What the pages are told.
  private var settings: JSON {
    .object([
      // Without a host, so that they ask whomever they came from.
      ("api_url", .text(PrefectAPI.root)), ("csrf_enabled", .bool(false)), ("auth", .null),
      ("flags", .array([])), ("default_ui", .text(preferred.rawValue)),
      ("available_uis", .texts(editions.map(\.rawValue))),
      ("v1_base_url", editions.contains(.former) ? .text(Edition.former.base) : .null),
      ("v2_base_url", editions.contains(.current) ? .text(Edition.current.base) : .null),
    ])
  }

  private var preferred: Edition { editions.contains(.current) ? .current : .former }

  /// Leads from where all begin to the pages that somebody likes, else to the newer ones.
  private func redirect(_ head: HTTPRequestHead) -> String? {
    let path = String(head.path.prefix { $0 != "?" })
    guard path == Self.root || path == Self.root + "/" else { return nil }
    var edition = preferred
    for pair in (head.fields["cookie"] ?? "").split(separator: ";") {
      let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard parts.count == 2, parts[0] == Self.cookie else { continue }
      if let liked = Edition(rawValue: String(parts[1])), editions.contains(liked) {
        edition = liked
      }
    }
    return edition == .current ? edition.base + "/" : nil
  }
}

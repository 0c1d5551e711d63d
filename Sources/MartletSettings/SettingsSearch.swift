// Decides which file of settings is read: the one that is named, else the first that exists.

/// Where files of settings are looked for.
public enum SettingsSearch: Equatable, Sendable {
  /// This file was asked for, and must exist.
  case named(String)
  /// The first of these that exists, if any does.
  case first([String])

  /// The variable that names a file.
  public static let variable = "MARTLET_CONFIG"

  /// Where to look, given what `--config` names and the environment.
  public init(flag: String?, environment: [String: String]) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let path = flag ?? value(Self.variable) {
      self = .named(path)
      return
    }
    let chosen = value("XDG_CONFIG_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = chosen ?? value("HOME").map { $0 + "/.config" }
    self = .first(
      ["martlet.toml"] + (home.map { [$0 + "/martlet/config.toml"] } ?? [])
        + ["/etc/martlet/martlet.toml"])
  }
}

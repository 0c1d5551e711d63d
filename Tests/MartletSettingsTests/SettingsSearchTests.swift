// Decides where a file is looked for, and which variables are taken for misspelt ones.

import MartletSettings
import Testing

@Suite struct SettingsSearchTests {
  @Test func aNamedFileIsTheOnlyOne() {
    let environment = ["MARTLET_CONFIG": "/e", "HOME": "/h"]
    #expect(SettingsSearch(flag: "f", environment: environment) == .named("f"))
    #expect(SettingsSearch(flag: nil, environment: environment) == .named("/e"))
  }

  @Test func elseTheNearestIsRead() {
    let last = "/etc/martlet/martlet.toml"
    #expect(
      SettingsSearch(flag: nil, environment: ["MARTLET_CONFIG": "", "HOME": "/h"])
        == .first(["martlet.toml", "/h/.config/martlet/config.toml", last]))
    #expect(
      SettingsSearch(flag: nil, environment: ["XDG_CONFIG_HOME": "/x", "HOME": "/h"])
        == .first(["martlet.toml", "/x/martlet/config.toml", last]))
    #expect(
      SettingsSearch(flag: nil, environment: ["XDG_CONFIG_HOME": "x"])
        == .first(["martlet.toml", last]))
    #expect(SettingsSearch(flag: nil, environment: [:]) == .first(["martlet.toml", last]))
  }

  @Test func misspeltVariablesAreFound() {
    let environment = [
      "MARTLET_PROT": "1", "MARTLET_PORT": "1", "MARTLET_HOME": "/h", "MARTLET_CONFIG": "/c",
      "MARTLET_SOMETHING_ELSE": "", "PATH": "/bin",
    ]
    #expect(
      UnknownVariable.all(in: environment, table: Kettle.settings, others: ["MARTLET_HOME"]).map {
        "\($0.name) \($0.nearest ?? "-")"
      } == ["MARTLET_PROT MARTLET_PORT", "MARTLET_SOMETHING_ELSE -"])
  }
}

// Decides what the tests configure: a thing with a setting of every form.

import MartletSettings

struct Kettle: Sendable, Equatable {
  enum Sound: String, CaseIterable, Sendable { case whistle, none }

  var label = "kettle"
  var port = 4200
  var heat: Int?
  var sound = Sound.whistle
  var guests: [String] = []
  var source: String?
  var tank: String? = "/tank"

  static let settings: [Setting<Kettle>] = [
    Setting("label", \.label, .text, "What it is called"),
    Setting("port", \.port, .number(0...65535), "Where it listens"),
    Setting("max-heat", \.heat, .number(1...Int.max), "Degrees", default: "what the coil gives"),
    Setting("sound", \.sound, "What it does when ready"),
    Setting("guest", \.guests, .list, "Who may come"),
    Setting(
      "source-url", \.source, .text, "Where water comes from", isSecret: true,
      otherVariables: ["WELL_URL", "RIVER_URL"]),
    Setting("tank", \.tank, .text, "Where water is kept", rival: "source-url"),
  ]
}

/// What the settings of a kettle come to.
func resolve(
  flags: [String: [String]] = [:], _ environment: [String: String] = [:], file text: String? = nil
) throws(SettingsError) -> ResolvedSettings<Kettle> {
  var file: SettingsFile?
  if let text { file = try SettingsFile(text, path: "/k.toml", table: Kettle.settings) }
  return try ResolvedSettings(
    Kettle.settings, default: Kettle(), flags: flags, environment: environment, file: file)
}

/// What is wrong with them; empty when nothing is.
func problems(
  flags: [String: [String]] = [:], _ environment: [String: String] = [:], file text: String? = nil
) -> [String] {
  do {
    _ = try resolve(flags: flags, environment, file: text)
    return []
  } catch {
    return error.problems
  }
}

extension ResolvedSettings {
  /// The value that is shown and its source.
  func told(_ name: String) -> String {
    settings.first { $0.name == name }.map { "\($0.shown?.description ?? "-") (\($0.source))" }
      ?? ""
  }
}

// Decides which value of a setting holds: of a flag, a variable, a file and the default the first that there is. Of
// two settings that stand for the same thing, the one from the nearer source counts.

/// The value of a setting, and where it came from.
public struct ResolvedSetting: Sendable, Equatable {
  /// The name of the setting.
  public let name: String
  /// The value to show, without passwords; nil when there is none.
  public let shown: SettingValue?
  /// The same for people: a default that is no value is told in words.
  public let inWords: String
  /// Where it came from.
  public let source: SettingSource
}

/// All settings of a table, with what they came to.
public struct ResolvedSettings<Root: Sendable>: Sendable {
  /// What the settings were put into.
  public let root: Root
  /// Each setting, in the order of the table.
  public let settings: [ResolvedSetting]

  /// Reads what was chosen; an empty variable is not set.
  ///
  /// - Parameters:
  ///   - root: What holds when nothing is chosen.
  ///   - flags: The texts after each flag, by the names of the settings.
  /// - Throws: `SettingsError` when something that was chosen cannot be.
  public init(
    _ table: [Setting<Root>], default root: Root, flags: [String: [String]],
    environment: [String: String], file: SettingsFile?
  ) throws(SettingsError) {
    var chosen: [String: Choice] = [:]
    var problems: [String] = []
    for setting in table {
      do throws(SettingsError) {
        chosen[setting.name] = try Choice(
          of: setting, flags: flags, environment: environment, file: file)
      } catch {
        problems += error.problems
      }
    }
    var unused: [String: String] = [:]
    for setting in table {
      guard let rival = setting.rival else { continue }
      let (ours, theirs) = (chosen[setting.name]?.source, chosen[rival]?.source)
      if let ours, let theirs, ours.rank == theirs.rank {
        problems.append(
          "\(rival) and \(setting.name) exclude each other: give one of them (\(theirs); \(ours))")
      } else if ours != nil || theirs != nil {
        let isOurs = (ours?.rank ?? 0) > (theirs?.rank ?? 0)
        unused[isOurs ? rival : setting.name] = isOurs ? setting.name : rival
      }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    var result = root
    settings = table.map { setting in
      if let rival = unused[setting.name] {
        return ResolvedSetting(
          name: setting.name, shown: nil, inWords: "", source: .unused(rival))
      }
      let choice = chosen[setting.name]
      if let choice { setting.write(&result, choice.value) }
      let value = choice?.value ?? setting.value(in: root)
      let shown = setting.isSecret ? value?.withoutPasswords : value
      return ResolvedSetting(
        name: setting.name, shown: shown,
        inWords: shown?.description ?? setting.standard ?? "", source: choice?.source ?? .standard)
    }
    self.root = result
  }
}

/// What was chosen for a setting, and where.
private struct Choice {
  let value: SettingValue
  let source: SettingSource

  /// The nearest choice; nil when there is none.
  init?<Root>(
    of setting: Setting<Root>, flags: [String: [String]], environment: [String: String],
    file: SettingsFile?
  ) throws(SettingsError) {
    let (name, text, value): (String, String, SettingValue?)
    if let texts = flags[setting.name], let last = texts.last {
      (name, text, value) = (setting.flag, last, setting.form.value(flags: texts))
      source = .flag
    } else if let variable = ([setting.variable] + setting.otherVariables)
      .first(where: { environment[$0]?.isEmpty == false })
    {
      let said = environment[variable] ?? ""
      (name, text, value) = (variable, said, setting.form.value(variable: said))
      source = .variable(variable)
    } else if let file, let (value, line) = file.values[setting.name] {
      self.value = value
      source = .file(path: file.path, line: line)
      return
    } else {
      return nil
    }
    guard let value else {
      throw SettingsError(["\(name) cannot be \"\(text)\": it must be \(setting.form.requirement)"])
    }
    self.value = value
  }
}

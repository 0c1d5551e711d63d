// Decides what a configuration file may say: TOML with the one section [server], whose keys are the settings. All of
// it is read before anything is done, and what is not known is refused: a misspelt key must not be a silent default.

internal import MartletModel
internal import TOMLKit

/// What a configuration file says.
public struct SettingsFile: Sendable {
  /// The section that holds the settings.
  static let section = "server"

  /// Where the file is.
  public let path: String
  /// What it says of the settings, by their names.
  let values: [String: (value: SettingValue, line: Int)]

  /// Reads the text of a file.
  ///
  /// - Throws: `SettingsError` when it is no TOML, or says what no setting of the table takes.
  public init<Root>(_ text: String, path: String, table: [Setting<Root>]) throws(SettingsError) {
    try Self.parse(text, path: path)
    var values: [String: (value: SettingValue, line: Int)] = [:]
    var problems: [String] = []
    for entry in tomlEntries(of: text) {
      let place = "\(path):\(entry.line): "
      if entry.path.count == 1 {
        if let fault = Self.fault(atRoot: entry, keys: table.map(\.key)) {
          problems.append(place + fault)
        }
      } else if entry.path[0] == Self.section {
        switch Self.value(of: entry, in: table) {
        case .success(let (name, value)): values[name] = (value, entry.line)
        case .failure(let fault): problems += fault.problems.map { place + $0 }
        }
      }
    }
    guard problems.isEmpty else { throw SettingsError(problems) }
    self.path = path
    self.values = values
  }

  private static func parse(_ text: String, path: String) throws(SettingsError) {
    // The library takes C strings.
    guard !text.utf8.contains(0) else { throw SettingsError(["\(path): it holds a NUL byte"]) }
    do {
      _ = try TOMLTable(string: text)
    } catch let error as TOMLParseError {
      throw SettingsError(["\(path):\(error.source.begin.line): \(error.description)"])
    } catch {
      throw SettingsError(["\(path): \(error)"])
    }
  }

  private static func fault(atRoot entry: TOMLEntry, keys: [String]) -> String? {
    let key = entry.path[0]
    let isSection = entry.value?.type == .table
    if key == section { return isSection ? nil : "server must be a section, [server]" }
    if isSection { return "unknown section [\(key)]" + hint([section].nearest(to: key)) }
    return "unknown key \(key) outside of [server]"
      + hint(keys.nearest(to: key).map { "\($0) in [server]" })
  }

  private static func value<Root>(
    of entry: TOMLEntry, in table: [Setting<Root>]
  ) -> Result<(String, SettingValue), SettingsError> {
    let key = entry.path[1]
    guard let toml = entry.value, let setting = table.first(where: { $0.key == key }) else {
      let what = entry.value?.type == .table ? "section [server.\(key)]" : "key \(key) in [server]"
      return .failure(
        SettingsError(["unknown " + what + hint(table.map(\.key).nearest(to: key))]))
    }
    guard let value = setting.form.value(toml: toml) else {
      let found = toml.type == .int ? toml.debugDescription : "this \(toml.type)"
      return .failure(
        SettingsError(["\(key) cannot be \(found): it must be \(setting.form.requirement)"]))
    }
    return .success((setting.name, value))
  }

  private static func hint(_ name: String?) -> String {
    name.map { "; did you mean \($0)?" } ?? ""
  }
}

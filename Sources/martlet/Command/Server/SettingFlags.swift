// Decides how a table of settings becomes flags: an option for each row, with its default and its variable in the
// help. The options are made from the table and not declared one by one, so that a row is all that a setting needs;
// the parser of arguments finds them in the mirror, as it finds declared ones.

import ArgumentParser
import MartletServer
import MartletSettings

/// Which settings a command takes as flags.
protocol SettingScope {
  /// Their rows of the table.
  static var settings: [Setting<ServerConfiguration>] { get }
}

/// Everything about a server.
enum WholeServer: SettingScope {
  static var settings: [Setting<ServerConfiguration>] { ServerConfiguration.settings }
}

/// Where its state is.
enum DatabaseOnly: SettingScope {
  static var settings: [Setting<ServerConfiguration>] { ServerConfiguration.databaseSettings }
}

/// The flags of settings, as texts: the table decides what they may be.
struct SettingFlags<Scope: SettingScope>: ParsableArguments, CustomReflectable {
  private enum Flag {
    case single(Option<String?>)
    case repeated(Option<[String]>)
  }

  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private let flags: [(setting: Setting<ServerConfiguration>, flag: Flag)]

  init() {
    flags = Scope.settings.map { setting in
      let name = NameSpecification.customLong(setting.name)
      guard case .list = setting.form else {
        return (setting, .single(Option(name: name, help: setting.argumentHelp)))
      }
      return (setting, .repeated(Option(wrappedValue: [], name: name, help: setting.argumentHelp)))
    }
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    flags = try Scope.settings.map { setting in
      let key = Key(stringValue: setting.name)
      guard case .list = setting.form else {
        return (setting, .single(try values.decode(Option<String?>.self, forKey: key)))
      }
      return (setting, .repeated(try values.decode(Option<[String]>.self, forKey: key)))
    }
  }

  var customMirror: Mirror {
    Mirror(
      self,
      children: flags.map { setting, flag in
        switch flag {
        case .single(let option): (label: setting.name, value: option as Any)
        case .repeated(let option): (label: setting.name, value: option as Any)
        }
      })
  }

  /// The texts after each flag that was given, by the names of the settings.
  var given: [String: [String]] {
    var given: [String: [String]] = [:]
    for (setting, flag) in flags {
      switch flag {
      case .single(let option): given[setting.name] = option.wrappedValue.map { [$0] }
      case .repeated(let option) where option.wrappedValue.isEmpty: continue
      case .repeated(let option): given[setting.name] = option.wrappedValue
      }
    }
    return given
  }
}

extension Setting<ServerConfiguration> {
  /// What `--help` says: what it is, its default, its variable.
  fileprivate var argumentHelp: ArgumentHelp {
    var text = help
    var place = variable
    switch form {
    case .choice(let words): text += ": " + words.joined(separator: ", ")
    case .list:
      text += "; may be repeated"
      place += ", separated by commas"
    case .text, .number: break
    }
    let value = standard ?? value(in: .standard)?.description ?? ""
    if !value.isEmpty { text += " (default: \(value))" }
    return detail.isEmpty
      ? ArgumentHelp("\(text).  [\(place)]")
      : ArgumentHelp("\(text).", discussion: "\(detail)  [\(place)]")
  }
}

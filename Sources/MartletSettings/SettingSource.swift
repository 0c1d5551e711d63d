// Decides how it is told where a value came from.

/// Where the value of a setting came from.
public enum SettingSource: Sendable, Equatable, CustomStringConvertible {
  /// The command line.
  case flag
  /// The variable of this name.
  case variable(String)
  /// A line of a file.
  case file(path: String, line: Int)
  /// Nothing was chosen.
  case standard
  /// The setting of this name was chosen in its place.
  case unused(String)

  /// In words that do not change: scripts read them.
  public var description: String {
    switch self {
    case .flag: "flag"
    case .variable(let name): "env \(name)"
    case .file(let path, let line): "file \(path):\(line)"
    case .standard: "default"
    case .unused(let rival): "unused: \(rival) is set"
    }
  }

  /// How near the command line it is; nothing wins over a flag.
  var rank: Int {
    switch self {
    case .flag: 3
    case .variable: 2
    case .file: 1
    case .standard, .unused: 0
    }
  }
}

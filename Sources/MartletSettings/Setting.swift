// Decides what a row of a table of settings says. Its flag, its variable and its key in a file follow from its name;
// its default is what its property holds when nothing is chosen.

/// One setting of a `Root`: how it is named from outside, and which property it is.
public struct Setting<Root: Sendable>: Sendable {
  /// The words of its name, such as `tls-cert`.
  public let name: String
  /// What may be chosen.
  public let form: SettingForm
  /// What it is, without a full stop.
  public let help: String
  /// What else there is to know.
  public let detail: String
  /// The default in words, where the value itself says nothing to a person.
  public let standard: String?
  /// Whether passwords in it are hidden when it is shown.
  public let isSecret: Bool
  /// Variables of other programs that are read when its own is not set, the first of them first.
  public let otherVariables: [String]
  /// The name of the setting that stands for the same thing: of the two, the one nearer the command line counts.
  public let rival: String?

  let read: @Sendable (Root) -> SettingValue?
  let write: @Sendable (inout Root, SettingValue) -> Void

  /// Makes a row for a property.
  public init<Value: SettingRepresentable>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ form: SettingForm,
    _ help: String, detail: String = "", default standard: String? = nil, isSecret: Bool = false,
    otherVariables: [String] = [], rival: String? = nil
  ) {
    self.name = name
    self.form = form
    self.help = help
    self.detail = detail
    self.standard = standard
    self.isSecret = isSecret
    self.otherVariables = otherVariables
    self.rival = rival
    read = { $0[keyPath: path].settingValue }
    write = { root, value in
      if let value = Value(settingValue: value) { root[keyPath: path] = value }
    }
  }

  /// Makes a row for a property that is one of a few names.
  public init<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Root, Value> & Sendable, _ help: String
  ) {
    self.name = name
    form = .choice(Value.allCases.map(\.rawValue))
    self.help = help
    detail = ""
    standard = nil
    isSecret = false
    otherVariables = []
    rival = nil
    read = { .text($0[keyPath: path].rawValue) }
    write = { root, value in
      if case .text(let text) = value, let value = Value(rawValue: text) {
        root[keyPath: path] = value
      }
    }
  }

  /// Its flag: `--tls-cert`.
  public var flag: String { "--" + name }
  /// Its variable: `MARTLET_TLS_CERT`.
  public var variable: String { "MARTLET_" + key.uppercased() }
  /// Its key in a file: `tls_cert`.
  public var key: String { String(name.map { $0 == "-" ? "_" : $0 }) }

  /// The value that holds in a `root` where nothing was chosen.
  public func value(in root: Root) -> SettingValue? { read(root) }
}

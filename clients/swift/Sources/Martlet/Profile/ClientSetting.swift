// Decides what may be chosen about a client, and which of the choices counts: a flag, the environment, the profile, the
// default. This is the one table of such settings; profiles hold nothing else.

/// Something to choose about every client of a server.
public struct ClientSetting: Sendable, Hashable {
  /// The variable of the environment, and the key in a profile.
  public let name: String
  /// What holds when nothing is chosen.
  public let standard: String
  /// What it is, without a full stop.
  public let help: String
  /// Whether its value is hidden when it is shown.
  public let isSecret: Bool

  private init(_ name: String, _ help: String, default standard: String = "", secret: Bool = false)
  {
    self.name = name
    self.standard = standard
    self.help = help
    isSecret = secret
  }

  /// Where the server is.
  public static let address = ClientSetting(
    "MARTLET_API_URL", "The address of the server", default: "http://127.0.0.1:4200")
  /// Who asks.
  public static let key = ClientSetting(
    "MARTLET_API_KEY", "The key that is sent to the server", secret: true)
  /// In which namespace.
  public static let namespace = ClientSetting(
    "MARTLET_NAMESPACE", "The namespace; empty for the server's default")
  /// Whom to trust.
  public static let authorities = ClientSetting(
    "MARTLET_API_TLS_CA", "A file of authorities to trust, in PEM; empty for the system's")
  /// Who the client is, by TLS.
  public static let certificate = ClientSetting(
    "MARTLET_API_TLS_CERT", "A file with a certificate to show the server, in PEM")
  /// The key of that.
  public static let certificateKey = ClientSetting(
    "MARTLET_API_TLS_KEY", "A file with the private key of that certificate, in PEM")
  /// Which name the server proves.
  public static let serverName = ClientSetting(
    "MARTLET_API_TLS_SERVER_NAME", "The name in the server's certificate, if it is not the address")
  /// Whether it proves any.
  public static let isUnverified = ClientSetting(
    "MARTLET_API_TLS_INSECURE", "1 to leave the server's certificate unverified")

  /// Every setting, in the order in which they are shown.
  public static let all = [
    address, key, namespace, authorities, certificate, certificateKey, serverName, isUnverified,
  ]

  /// The setting of a name; nil when there is none.
  public static func named(_ name: String) -> ClientSetting? { all.first { $0.name == name } }

  /// What is wrong with a value, to follow the name; nil when nothing is.
  public func problem(with value: String) -> String? {
    if value.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return "holds a control character"
    }
    if self == .address, !value.isEmpty {
      do { _ = try ServerAddress(value) } catch { return "is no address: \(error.problem)" }
    }
    if self == .isUnverified, !["", "0", "1"].contains(value) { return "must be 0 or 1" }
    return nil
  }
}

/// A setting with the value that counts.
public struct ResolvedClientSetting: Sendable, Equatable {
  /// Where a value came from.
  public enum Source: String, Sendable { case flag, env, profile, `default` }

  /// The setting.
  public let setting: ClientSetting
  /// The value.
  public let value: String
  /// Where it came from.
  public let source: Source

  /// Takes the first that is there; an empty variable is none.
  ///
  /// - Parameters:
  ///   - flag: what the command line says; nil is nothing.
  ///   - variable: reads the environment.
  ///   - profile: what the active profile holds, by the names of settings.
  public init(
    _ setting: ClientSetting, flag: String? = nil, variable: (String) -> String?,
    profile: [String: String]
  ) {
    self.setting = setting
    let fromEnvironment = variable(setting.name).flatMap { $0.isEmpty ? nil : $0 }
    (value, source) =
      if let flag {
        (flag, .flag)
      } else if let fromEnvironment {
        (fromEnvironment, .env)
      } else if let held = profile[setting.name], !held.isEmpty {
        (held, .profile)
      } else {
        (setting.standard, .default)
      }
  }
}

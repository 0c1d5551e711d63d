// Decides how a run is handed from a program to the programs it starts: by environment variables; and what a program
// takes from the user's profile where they say nothing.

internal import Glibc
public import MartletCall
public import MartletHTTP

/// What a process is told by the one that started it.
public struct RunEnvironment: Sendable {
  /// The address of the server, `MARTLET_API_URL`.
  public var address: String
  /// How TLS is spoken where the address begins with `https`: `MARTLET_API_TLS_CA`, `MARTLET_API_TLS_CERT` and
  /// `MARTLET_API_TLS_KEY` name files, `MARTLET_API_TLS_SERVER_NAME` the name in the server's certificate;
  /// `MARTLET_API_TLS_INSECURE=1` leaves that unverified.
  public var tls: ClientTLS
  /// The key that is sent to the server, `MARTLET_API_KEY`; empty for none.
  public var key: String
  /// The namespace, `MARTLET_NAMESPACE`; empty for the server's default.
  public var namespace: String
  /// The run that this process works for, `MARTLET_RUN_ID`; runs begun here become its children. Where nobody set that,
  /// in a process that Prefect's worker or `serve` started, the flow run of `PREFECT__FLOW_RUN_ID`.
  public var runID: String?
  /// W3C trace context, `MARTLET_TRACEPARENT`; nil when there is none or it is malformed.
  public var trace: TraceContext?
  /// Where spools and settings are, `MARTLET_HOME` or `~/.martlet`.
  public var home: String

  /// The name of the profile that was chosen by `MARTLET_PROFILE`; nil when it is the active one of the file.
  public var profile: String?
  /// Why the profile could not be read; then the server that was meant is not known.
  public var profileProblem: ProfileError?

  /// The environment of this process, with the user's profile where it says nothing.
  public static var current: RunEnvironment { chosen() }

  /// The environment of this process.
  ///
  /// - Parameter profile: the profile to take in place of the one that `MARTLET_PROFILE` names, or the file.
  public static func chosen(profile: String? = nil) -> RunEnvironment {
    func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
    let named = profile ?? variable(Profiles.variable).flatMap { $0.isEmpty ? nil : $0 }
    var settings: [String: String] = [:]
    var problem: ProfileError?
    do throws(ProfileError) {
      let file = ProfileFile(home: home(variable))
      let profiles = try file.read()
      guard let found = profiles[named ?? profiles.active] else {
        throw ProfileError("there is no profile '\(named ?? "")' in \(file.path)")
      }
      settings = found.settings
    } catch {
      problem = error
    }
    var environment = RunEnvironment(profile: settings, variable)
    environment.profile = named
    environment.profileProblem = problem
    return environment
  }

  /// Reads an environment; variables that are empty count as absent.
  ///
  /// - Parameter profile: what the user's profile holds, by the names of settings.
  public init(profile: [String: String] = [:], _ variable: (String) -> String?) {
    func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
    func choice(_ setting: ClientSetting) -> String {
      ResolvedClientSetting(setting, variable: variable, profile: profile).value
    }
    func file(_ setting: ClientSetting) -> String? {
      let path = choice(setting)
      return path.isEmpty ? nil : path
    }
    address = choice(.address)
    key = choice(.key)
    tls = ClientTLS(
      authorities: file(.authorities), certificate: file(.certificate),
      key: file(.certificateKey), serverName: file(.serverName),
      verifiesServer: choice(.isUnverified) != "1")
    namespace = choice(.namespace)
    runID =
      variable("MARTLET_RUN_ID") == nil
      ? value("PREFECT__FLOW_RUN_ID")?.lowercased() : value("MARTLET_RUN_ID")
    trace = value("MARTLET_TRACEPARENT").flatMap { TraceContext(header: $0) }
    home = Self.home(variable)
  }

  private static func home(_ variable: (String) -> String?) -> String {
    func value(_ name: String) -> String? { variable(name).flatMap { $0.isEmpty ? nil : $0 } }
    return value("MARTLET_HOME") ?? (value("HOME") ?? "/tmp") + "/.martlet"
  }

  /// Where reports for this server wait while it is away.
  public var spoolDirectory: String {
    let server = address.map { $0.isLetter || $0.isNumber ? $0 : "_" }
    return "\(home)/spool/swift/\(String(server))"
  }

  /// Variables for a process that works for `run`: its runs become children of that, in the same trace.
  public func variables(forChildOf run: TrackedRun) -> [String: String] {
    var variables = serverVariables
    variables["MARTLET_RUN_ID"] = run.id
    variables["MARTLET_EPOCH"] = "\(run.epoch)"
    variables["MARTLET_TRACEPARENT"] = run.trace.header
    return variables
  }

  /// Variables by which another process finds the same server and namespace.
  public var serverVariables: [String: String] {
    var variables = ["MARTLET_API_URL": address]
    if !namespace.isEmpty { variables["MARTLET_NAMESPACE"] = namespace }
    if !key.isEmpty { variables["MARTLET_API_KEY"] = key }
    variables[Profiles.variable] = profile
    variables["MARTLET_API_TLS_CA"] = tls.authorities
    variables["MARTLET_API_TLS_CERT"] = tls.certificate
    variables["MARTLET_API_TLS_KEY"] = tls.key
    variables["MARTLET_API_TLS_SERVER_NAME"] = tls.serverName
    if !tls.verifiesServer { variables["MARTLET_API_TLS_INSECURE"] = "1" }
    return variables
  }
}

extension TraceContext {
  /// A span below this one.
  var child: TraceContext {
    var child = self
    child.span = .random(in: 1...UInt64.max)
    return child
  }

  /// The first span of a trace of its own; whether it is recorded is for others to say.
  static var root: TraceContext {
    TraceContext(
      traceHigh: .random(in: 1...UInt64.max), traceLow: .random(in: 0...UInt64.max),
      span: .random(in: 1...UInt64.max), flags: 0)
  }
}

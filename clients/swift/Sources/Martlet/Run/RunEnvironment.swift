// Decides how a run is handed from a program to the programs it starts: by environment variables.

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
  /// The namespace, `MARTLET_NAMESPACE`; empty for the server's default.
  public var namespace: String
  /// The run that this process works for, `MARTLET_RUN_ID`; runs begun here become its children.
  public var runID: String?
  /// W3C trace context, `MARTLET_TRACEPARENT`; nil when there is none or it is malformed.
  public var trace: TraceContext?
  /// Where spools and settings are, `MARTLET_HOME` or `~/.martlet`.
  public var home: String

  /// The environment of this process.
  public static var current: RunEnvironment {
    RunEnvironment { name in
      getenv(name).map { String(cString: $0) }
    }
  }

  /// Reads an environment; variables that are empty count as absent.
  public init(_ variable: (String) -> String?) {
    func value(_ name: String) -> String? {
      guard let text = variable(name), !text.isEmpty else { return nil }
      return text
    }
    address = value("MARTLET_API_URL") ?? "http://127.0.0.1:4200"
    tls = ClientTLS(
      authorities: value("MARTLET_API_TLS_CA"), certificate: value("MARTLET_API_TLS_CERT"),
      key: value("MARTLET_API_TLS_KEY"), serverName: value("MARTLET_API_TLS_SERVER_NAME"),
      verifiesServer: value("MARTLET_API_TLS_INSECURE") != "1")
    namespace = value("MARTLET_NAMESPACE") ?? ""
    runID = value("MARTLET_RUN_ID")
    trace = value("MARTLET_TRACEPARENT").flatMap { TraceContext(header: $0) }
    home = value("MARTLET_HOME") ?? (value("HOME") ?? "/tmp") + "/.martlet"
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

// Decides what may be chosen about a server, and what holds when nothing is chosen.

public import Logging
public import MartletHTTP
internal import MartletPrefect

/// Everything that a server is started with.
public struct ServerConfiguration: Sendable {
  /// Whether something is done.
  public enum Switch: String, Sendable, CaseIterable {
    case on, off
  }

  /// Where the state is kept.
  public enum Database: Sendable, Equatable {
    /// A Postgres of the server's own, with its files in this directory.
    case privateCluster(directory: String)
    /// A Postgres somebody else runs: a URL or a libpq connection string.
    case url(String)
  }

  /// The address to listen on.
  public var host = "127.0.0.1"
  /// The port to listen on.
  public var port = 4200
  /// Where the state is kept.
  public var database: Database
  /// The least level that is logged.
  public var logLevel = Logger.Level.info
  /// How log lines are written.
  public var logFormat = LogFormat.text
  /// Threads that serve connections; nil takes half the cores.
  public var eventLoops: Int?
  /// Connections that write transitions.
  public var writers = 2
  /// Connections that read.
  public var readers = 4
  /// How long calls may go on after a request to stop.
  public var grace: Duration = .seconds(10)
  /// The bounds of the listener.
  public var limits = HTTPLimits()
  /// The certificate chain to serve with, in PEM; nil serves in clear text.
  public var tlsCertificate: String?
  /// The private key of the certificate, in PEM.
  public var tlsKey: String?
  /// The authorities whose certificates clients must show; nil asks for none.
  public var tlsClientAuthorities: String?
  /// Names under which browsers may reach the server besides loopback's, and origins that may call it.
  public var allowedHosts: [String] = []
  /// Origins whose pages may call the server.
  public var allowedOrigins: [String] = []
  /// The longest message, in bytes.
  public var maxMessageSize = 4 << 20
  /// The longest result that is uploaded, in bytes.
  public var maxResultSize = 1 << 30
  /// How many days history and logs are kept; nil keeps them for ever.
  public var retentionDays: Int32?
  /// Seconds after its due time that a run which still waits is called Late.
  public var lateAfterSeconds = 15

  /// Where the keys are that blocks are sealed with; nil keeps them beside the data directory's database.
  public var blockKeyFile: String?

  /// Whether Prefect's API is served at `/api`.
  public var prefectAPI = Switch.on

  /// The directory of a release of Prefect that holds its web pages; nil serves none.
  public var prefectUI: String?

  /// Whether automations may call addresses that are not public.
  public var automationPrivateAddresses = Switch.off

  /// Where people see the web pages, for links in what automations tell them; nil for where this server serves them.
  public var uiURL: String?

  /// A server on loopback's port 4200.
  public init(database: Database) { self.database = database }
}

extension ServerConfiguration {
  /// Where the keys are that blocks are sealed with.
  var blockKeyPath: String {
    if let blockKeyFile { return blockKeyFile }
    switch database {
    case .privateCluster(let directory): return directory + "/block.keys"
    case .url: return Self.defaultDataDirectory + "/block.keys"
    }
  }

  /// Where people see the web pages; nil for nowhere.
  var pages: String? {
    if var uiURL {
      while uiURL.last == "/" { uiURL.removeLast() }
      return uiURL
    }
    guard prefectUI != nil else { return nil }
    let name = host.contains(":") ? "[\(host)]" : host
    return "\(tlsCertificate == nil ? "http" : "https")://\(name):\(port)/prefect"
  }

  /// Prefect's web pages, where they are served and there.
  var prefectPages: PrefectPages? { prefectUI.flatMap { PrefectPages(directory: $0) } }
}

// Decides how a server is configured from outside: the one table from which flags, variables, the keys of a file,
// `--help` and `server config show` come. A new setting is a property of the configuration and a row here.

internal import Logging
internal import MartletHTTP
public import MartletSettings

extension ServerConfiguration {
  /// What holds when nothing is chosen.
  public static var standard: ServerConfiguration {
    ServerConfiguration(database: .privateCluster(directory: defaultDataDirectory))
  }

  /// The settings of a server.
  public static let settings: [Setting<ServerConfiguration>] =
    [
      Setting(
        "host", \.host, .text, "The address to listen on",
        detail: "Keep it on loopback unless something in front checks who calls."),
      Setting("port", \.port, .number(0...65535), "The port to listen on"),
      Setting(
        "tls-cert", \.tlsCertificate, .text, "The certificate chain to serve with, in PEM",
        detail: "Without one the server speaks in clear text. A renewed file is noticed by itself."),
      Setting("tls-key", \.tlsKey, .text, "The private key of that certificate, in PEM"),
      Setting(
        "tls-client-ca", \.tlsClientAuthorities, .text,
        "Authorities whose certificates clients must show, in PEM",
        detail: "The name in a client's certificate is then the actor in the history."),
    ] + databaseSettings + [
      Setting("log-level", \.logLevel, "The least level that is logged"),
      Setting("log-format", \.logFormat, "How log lines are written"),
      Setting(
        "event-loops", \.eventLoops, .number(1...1024), "Threads that serve connections",
        default: "half the cores"),
      Setting(
        "writers", \.writers, .number(1...1000), "Database connections that write transitions"),
      Setting("readers", \.readers, .number(1...1000), "Database connections that read"),
      Setting(
        "grace", \.graceSeconds, .number(0...86_400), "Seconds that calls may go on after SIGTERM"),
      Setting(
        "max-connections", \.limits.connections, .number(1...1_000_000), "Connections open at once",
        detail:
          "As many files must be allowed: the soft limit is raised as far as the hard one lets it."),
      Setting(
        "max-connections-per-address", \.limits.connectionsPerAddress, .number(1...1_000_000),
        "Connections open at once from one address"),
      Setting(
        "max-streams", \.limits.concurrentStreams, .number(1...Int(Int32.max)),
        "Calls open at once on a connection"),
      Setting(
        "max-message-size", \.maxMessageSize, .number(1...Int(Int32.max)),
        "The longest message in bytes"),
      Setting(
        "max-result-size", \.maxResultSize, .number(1...Int.max),
        "The longest result in bytes that may be uploaded"),
      Setting(
        "allow-host", \.allowedHosts, .list,
        "A host name under which clients may call, besides loopback's"),
      Setting(
        "allow-origin", \.allowedOrigins, .list,
        "An origin whose web pages may call, such as https://ui.example.com"),
      Setting(
        "block-key-file", \.blockKeyFile, .text, "The keys that blocks are sealed with",
        detail:
          "Made at first need. Every server of a database needs the same one; keep a copy apart from the database's.",
        default: "block.keys in the data directory"),
      Setting(
        "prefect-api", \.prefectAPI, "Whether Prefect's API is served at /api, for its own client"),
      Setting(
        "prefect-ui", \.prefectUI, .text,
        "Where Prefect's web pages are, to be served at /prefect",
        detail:
          "The directory prefect/server of an installed Prefect 3.9.1, which holds ui and ui-v2.",
        default: "not served"),
      Setting(
        "ui-url", \.uiURL, .text,
        "Where people see the web pages, for links in what automations tell them",
        default: "where this server serves them"),
      Setting(
        "automation-private-addresses", \.automationPrivateAddresses,
        "Whether automations may call addresses that are not public: loopback, private networks, metadata services"
      ),
      Setting(
        "late-after", \.lateAfterSeconds, .number(0...86_400),
        "Seconds after its due time that a run which still waits is called Late"),
      Setting(
        "retention-days", \.retention, .number(1...Int(Int32.max)),
        "Days that history and logs are kept", default: "for ever"),
    ]

  /// Those of them that say where the state is.
  public static let databaseSettings: [Setting<ServerConfiguration>] = [
    Setting(
      "database-url", \.databaseURL, .text,
      "A Postgres to use, such as postgresql://user:password@host/database",
      detail:
        "Without one the server runs a Postgres of its own. Prefect's variables of it are read too.",
      isSecret: true,
      otherVariables: [
        "PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL",
      ]),
    Setting(
      "data-dir", \.dataDirectory, .text, "Where the server's own Postgres keeps its files",
      default: "~/.local/share/martlet, for root /var/lib/martlet", rival: "database-url"),
  ]

  /// Variables that clients and tracked commands read.
  public static let clientVariables = [
    "API_KEY", "API_TLS_CA", "API_TLS_CERT", "API_TLS_INSECURE", "API_TLS_KEY",
    "API_TLS_SERVER_NAME", "API_URL", "CONNECT_TIMEOUT", "DRY_RUN", "EPOCH", "EXECUTION_ID", "HOME",
    "KILL_AFTER", "LEASE", "NAMESPACE", "OUTPUT", "RUN_ID", "STATE_DIR", "TIMEOUT", "TRACEPARENT",
  ].map { "MARTLET_" + $0 }

  private var databaseURL: String? {
    get { if case .url(let url) = database { url } else { nil } }
    set { if let newValue { database = .url(newValue) } }
  }

  private var dataDirectory: String? {
    get { if case .privateCluster(let directory) = database { directory } else { nil } }
    set { if let newValue { database = .privateCluster(directory: newValue) } }
  }

  private var graceSeconds: Int {
    get { Int(grace.components.seconds) }
    set { grace = .seconds(newValue) }
  }

  private var retention: Int? {
    get { retentionDays.map(Int.init) }
    set { retentionDays = newValue.map(Int32.init(clamping:)) }
  }
}

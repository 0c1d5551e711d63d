// Decides how a command reaches the server, and how what goes wrong becomes a sentence and an exit code.

import ArgumentParser
import Glibc
import Martlet
import MartletCall
import MartletHTTP
import MartletRPC

/// The flags of every command that talks to a server.
struct ConnectionOptions: ParsableArguments {
  @Option(
    help: "The server's address (default: http://127.0.0.1:4200).  [MARTLET_API_URL]")
  var server: String?

  @Option(
    help: ArgumentHelp(
      "Authorities to trust when the address begins with https, in PEM (default: the system's).",
      discussion: "[MARTLET_API_TLS_CA]", valueName: "file"))
  var tlsCa: String?

  @Option(
    help: ArgumentHelp(
      "A certificate to show the server, in PEM.", discussion: "[MARTLET_API_TLS_CERT]",
      valueName: "file"))
  var tlsCert: String?

  @Option(
    help: ArgumentHelp(
      "The private key of that certificate, in PEM.", discussion: "[MARTLET_API_TLS_KEY]",
      valueName: "file"))
  var tlsKey: String?

  @Option(help: "The namespace (default: the server's).  [MARTLET_NAMESPACE]")
  var namespace: String?

  @OptionGroup var chosen: ProfileOption

  /// What this process is told, with the flags put in.
  var environment: RunEnvironment {
    var environment = RunEnvironment.chosen(profile: chosen.profile)
    if let server { environment.address = server.contains("://") ? server : "http://" + server }
    if let tlsCa { environment.tls.authorities = tlsCa }
    if let tlsCert { environment.tls.certificate = tlsCert }
    if let tlsKey { environment.tls.key = tlsKey }
    if let namespace { environment.namespace = namespace }
    return environment
  }
}

/// A server and the namespace to use on it.
struct Connection: Sendable {
  let client: Client
  let namespace: String
  let address: String

  /// Runs `body` with a connection. Never returns when the server says no: then it tells why and leaves.
  static func use(
    _ options: ConnectionOptions, _ body: (Connection) async throws -> ExitStatus?
  ) async throws {
    let environment = options.environment
    var status: ExitStatus
    do {
      let client = try Client(environment)
      let connection = Connection(
        client: client, namespace: environment.namespace, address: environment.address)
      status = try await body(connection) ?? .good
      client.close()
    } catch let error as AddressError {
      complain("martlet: \(error)")
      status = .usage
    } catch let error as ProfileError {
      complain("martlet: \(error)")
      status = .usage
    } catch let error as Status {
      complain(error.explanation(address: environment.address))
      status = error.exitStatus
    }
    if status != .good { throw ExitCode(status.rawValue) }
  }
}

extension Status {
  /// The code that the program leaves with.
  var exitStatus: ExitStatus {
    switch code {
    case .notFound: .notFound
    case .permissionDenied, .unauthenticated: .noPermission
    case .unavailable: .unreachable
    default: .failed
    }
  }

  /// What went wrong and what to do, with the fields at fault below.
  func explanation(address: String) -> String {
    var text = "martlet: \(message.isEmpty ? "\(code)" : message)"
    if code == .unavailable {
      text += "\nIs a server running at \(address)? Start one with `martlet server start`,"
      text += " or name another with --server or MARTLET_API_URL."
    }
    if code == .notFound, message.hasSuffix("does not exist"), let list = Self.lists[resource ?? ""]
    {
      text += ": `martlet \(list)` lists those there are"
    }
    for violation in fieldViolations where !message.contains(violation.description) {
      text += "\n  \(violation.field): \(violation.description)"
    }
    return text
  }

  /// The kind of the thing that is not there.
  private var resource: String? {
    for case .resourceInfo(let type, _, _, _) in typedDetails { return type }
    return nil
  }

  /// By the kind of a thing: the command that lists those there are.
  private static let lists = [
    "deployment": "deployment ls", "pool": "work-pool ls", "queue": "work-pool queue ls",
    "worker": "worker ls --all", "flow": "flow ls", "limit": "limit ls", "variable": "variable ls",
    "backfill": "backfill ls", "artifact": "artifact ls", "block": "block ls",
  ]
}

// Decides how the server is named and reached: in clear text or over TLS, under its own name or another.

import ArgumentParser
import MartletHTTP
import MartletRPC
import NIOPosix

/// The server.
struct ServerOptions: ParsableArguments {
  @Option(
    name: [.customLong("server_host"), .customLong("server-host")], help: "The server's host.")
  var host = "localhost"

  @Option(
    name: [.customLong("server_port"), .customLong("server-port")], help: "The server's port.")
  var port: Int

  @Option(
    name: [.customLong("server_host_override"), .customLong("server-host-override")],
    help: "The host to claim to call, in TLS and in :authority.")
  var hostOverride: String?

  @Option(
    name: [.customLong("use_tls"), .customLong("use-tls")], defaultAsFlag: true,
    parsing: .next, help: "true or false.")
  var tlsIsAsked: Bool?

  private var usesTLS: Bool { tlsIsAsked ?? false }

  @Option(
    name: [.customLong("use_test_ca"), .customLong("use-test-ca")], defaultAsFlag: true,
    parsing: .next,
    help: "Whether the authorities of --tls-ca are trusted in place of the system's.")
  var usesTestAuthorities: Bool?

  @Option(
    name: [
      .customLong("tls-ca"), .customLong("tls_ca"), .customLong("ca-file"), .customLong("ca_file"),
    ], help: "The authorities to trust, in PEM.")
  var authorities: String?

  @Option(
    name: [.customLong("tls-cert"), .customLong("tls_cert")],
    help: "The certificate to show, in PEM.")
  var certificate: String?

  @Option(
    name: [.customLong("tls-key"), .customLong("tls_key")], help: "Its private key, in PEM.")
  var key: String?

  func validate() throws {
    guard (1...65535).contains(port) else { throw ValidationError("\(port) is no port") }
    guard usesTestAuthorities != true || authorities != nil else {
      throw ValidationError("--use_test_ca=true needs --tls-ca")
    }
    guard (certificate == nil) == (key == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together")
    }
  }

  /// What makes channels to the server.
  func connector() throws -> @Sendable () -> RPCChannel {
    let loops = LoopExecutorGroup(MultiThreadedEventLoopGroup(numberOfThreads: 1))
    var configuration = RPCChannel.Configuration()
    configuration.userAgent = "martlet-interop"
    configuration.authority = hostOverride ?? ""
    configuration.sizes.received = 64 << 20
    configuration.sizes.sent = 64 << 20
    if usesTLS {
      configuration.tls = ClientTLS(
        authorities: usesTestAuthorities == false ? nil : authorities, certificate: certificate,
        key: key, serverName: hostOverride)
    }
    let endpoint = HTTPEndpoint.tcp(host: host, port: port)
    return { [configuration] in
      RPCChannel(to: [endpoint], on: loops.next(), configuration: configuration)
    }
  }
}

// Decides how the interop server is started and stopped: the flags of the public interop servers, and files for TLS.

import ArgumentParser
import Glibc
import InteropProto
import Logging
import MartletHTTP
import MartletRPC
import NIOPosix
import UnixSignals

@main
struct InteropServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interop-server",
    abstract: "Serves grpc.testing.TestService as the public gRPC interop cases ask for it.",
    discussion: """
      The cases: https://github.com/grpc/grpc/blob/master/doc/interop-test-descriptions.md
      A line on standard output says where it listens; SIGTERM and SIGINT end it once open calls have ended.
      """)

  @Option(help: "The port; 0 lets the system choose.")
  var port = 10000

  @Option(help: "The address to listen on.")
  var host = "127.0.0.1"

  @Option(
    name: [.customLong("use_tls"), .customLong("use-tls")], defaultAsFlag: true,
    parsing: .next, help: "true or false; without it TLS is spoken when a certificate is given.")
  var usesTLS: Bool?

  @Option(
    name: [
      .customLong("tls-cert"), .customLong("tls_cert"), .customLong("tls_cert_file"),
      .customLong("tls-cert-file"),
    ], help: "The certificate chain, in PEM.")
  var certificate: String?

  @Option(
    name: [
      .customLong("tls-key"), .customLong("tls_key"), .customLong("tls_key_file"),
      .customLong("tls-key-file"),
    ], help: "Its private key, in PEM.")
  var key: String?

  @Option(
    name: [.customLong("tls-client-ca"), .customLong("tls_client_ca")],
    help: "The authorities whose certificates clients must show, in PEM.")
  var clientAuthorities: String?

  func validate() throws {
    guard (certificate == nil) == (key == nil) else {
      throw ValidationError("--tls-cert and --tls-key belong together")
    }
    guard usesTLS != true || certificate != nil else {
      throw ValidationError("--use_tls=true needs --tls-cert and --tls-key")
    }
    guard clientAuthorities == nil || files != nil else {
      throw ValidationError("--tls-client-ca needs TLS")
    }
  }

  /// The files to serve with; nil in clear text.
  private var files: ServerTLSFiles? {
    guard usesTLS != false, let certificate, let key else { return nil }
    return ServerTLSFiles(certificate: certificate, key: key, clientAuthorities: clientAuthorities)
  }

  func run() async throws {
    var logger = Logger(label: "interop-server")
    logger.logLevel = .error
    var rpc = RPCServer.Configuration(logger: logger)
    // Clients claim to call any host (--server_host_override), and soak with messages of any size.
    rpc.origins.allowsAnyHost = true
    rpc.sizes.received = 64 << 20
    rpc.sizes.sent = 64 << 20
    let loops = LoopExecutorGroup(MultiThreadedEventLoopGroup(numberOfThreads: 2))
    // Before the port is open: whoever sees it open may stop the server.
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    let service = LackingService(
      TestServiceHandlers(), without: TestServiceMethods.unimplementedCall)
    let server = try await HTTPServer.bind(
      to: .tcp(host: host, port: port), executors: loops, tls: files,
      logger: logger, handler: RPCServer(services: [service], configuration: rpc))
    print("listening on \(server.endpoint)")
    fflush(nil)
    for await _ in signals { break }
    await server.shutdown(grace: .seconds(10))
  }
}

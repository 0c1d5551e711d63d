// Decides how a test comes by a server: in process, or on a port of its own.

import Logging
import MartletCall
import MartletHTTP
import MartletRPC
import NIOPosix

/// The loops of the tests.
enum TestLoops {
  static let executors = LoopExecutorGroup(MultiThreadedEventLoopGroup.singleton)
}

/// A configuration that logs nothing.
func quietConfiguration(
  _ change: (inout RPCServer.Configuration) -> Void = { _ in }
) -> RPCServer.Configuration {
  var configuration = RPCServer.Configuration(
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  change(&configuration)
  return configuration
}

/// A server in process.
func inProcess(
  _ service: any RPCService = TestService(),
  configuration: RPCServer.Configuration = quietConfiguration()
) -> InProcessTransport {
  InProcessTransport(
    RPCServer(services: [service], configuration: configuration), on: TestLoops.executors.next())
}

/// A client of a server in process.
func inProcessClient(
  _ service: any RPCService = TestService(),
  configuration: RPCServer.Configuration = quietConfiguration(),
  channel: (inout RPCChannel.Configuration) -> Void = { _ in }
) -> EchoClient {
  var choices = RPCChannel.Configuration()
  channel(&choices)
  return EchoClient(
    channel: inProcess(service, configuration: configuration).channel(configuration: choices))
}

/// Serves on a port of the system's choice while `body` runs.
func withListener<R>(
  _ service: any RPCService = TestService(),
  configuration: RPCServer.Configuration = quietConfiguration(),
  _ body: (HTTPServer) async throws -> R
) async throws -> R {
  let server = try await HTTPServer.bind(
    to: .tcp(host: "127.0.0.1", port: 0), executors: TestLoops.executors,
    logger: configuration.logger,
    handler: RPCServer(services: [service], configuration: configuration))
  do {
    let result = try await body(server)
    await server.shutdown(grace: .zero)
    return result
  } catch {
    await server.shutdown(grace: .zero)
    throw error
  }
}

/// The status that `body` throws; fails the test when it throws none.
func status(_ body: () async throws -> Void) async -> Status? {
  do {
    try await body()
    return nil
  } catch {
    return error as? Status
  }
}

// Decides how a test gets a server and a client of its own.

import Logging
import MartletHTTP
import NIOCore
import NIOPosix

/// A listener on a free port, with its handler.
struct TestServer {
  static let executors = LoopExecutorGroup(MultiThreadedEventLoopGroup.singleton)

  let handler: TestHandler
  let server: HTTPServer

  static func start(
    _ limits: HTTPLimits = HTTPLimits(),
    at endpoint: HTTPEndpoint = .tcp(host: "127.0.0.1", port: 0),
    on executors: LoopExecutorGroup = Self.executors
  ) async throws -> TestServer {
    let handler = TestHandler()
    let server = try await HTTPServer.bind(
      to: endpoint, executors: executors, limits: limits, logger: Self.logger, handler: handler)
    return TestServer(handler: handler, server: server)
  }

  static var logger: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

  var port: Int {
    if case .tcp(_, let port) = server.endpoint { port } else { 0 }
  }

  var url: String { "http://127.0.0.1:\(port)" }

  func connect(_ limits: HTTPLimits = HTTPLimits()) async throws -> HTTPClientConnection {
    try await HTTPClientConnection.connect(
      to: server.endpoint, on: Self.executors.next(), limits: limits)
  }

  func stop() async { await server.shutdown(grace: .milliseconds(200)) }

  /// Runs a test against a server of its own.
  static func with(
    _ limits: HTTPLimits = HTTPLimits(), _ body: (TestServer) async throws -> Void
  ) async throws {
    let server = try await start(limits)
    do {
      try await body(server)
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}

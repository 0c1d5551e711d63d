// Decides how tests come by certificates: made by openssl in a directory of their own.

import Foundation
import MartletHTTP

/// An authority, a server's and a client's certificate, in files.
struct TestCertificates {
  let directory: URL

  /// Makes a directory with an authority and a certificate for localhost and 127.0.0.1.
  static func make() async throws -> TestCertificates {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("martlet-tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let made = TestCertificates(directory: directory)
    try await made.authority("ca")
    try await made.issue("server", names: "DNS:localhost,IP:127.0.0.1")
    return made
  }

  func remove() { try? FileManager.default.removeItem(at: directory) }

  func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

  /// The files of the server, which asks for a client's certificate if told so.
  func files(asksClients: Bool = false) -> ServerTLSFiles {
    ServerTLSFiles(
      certificate: path("server.pem"), key: path("server.key"),
      clientAuthorities: asksClients ? path("ca.pem") : nil)
  }

  /// A client that trusts the authority.
  var client: ClientTLS { ClientTLS(authorities: path("ca.pem")) }

  /// Makes an authority.
  func authority(_ name: String) async throws {
    try await openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-keyout", path("\(name).key"), "-out", path("\(name).pem"), "-days", "2", "-subj",
      "/CN=Test \(name)", "-addext", "basicConstraints=critical,CA:TRUE")
  }

  /// Makes a certificate with alternative names, signed by an authority.
  func issue(_ name: String, names: String, by authority: String = "ca") async throws {
    let extensions = path("\(name).ext")
    try Data("subjectAltName=\(names)\n".utf8).write(to: URL(fileURLWithPath: extensions))
    try await openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout",
      path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/O=Test/CN=\(name)")
    try await openssl(
      "x509", "-req", "-in", path("\(name).csr"), "-CA", path("\(authority).pem"), "-CAkey",
      path("\(authority).key"), "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out",
      path("\(name).pem"))
  }

  private func openssl(_ arguments: String...) async throws {
    let result = try await runTool("openssl", arguments)
    guard result.status == 0 else { throw Failure(text: result.output) }
  }

  struct Failure: Error { let text: String }
}

extension TestServer {
  /// Runs a test against a server that speaks TLS.
  static func withTLS(
    asksClients: Bool = false, _ limits: HTTPLimits = HTTPLimits(),
    _ body: (TestServer, TestCertificates) async throws -> Void
  ) async throws {
    let certificates = try await TestCertificates.make()
    defer { certificates.remove() }
    let handler = TestHandler()
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: executors, limits: limits,
      tls: certificates.files(asksClients: asksClients), logger: logger, handler: handler)
    let started = TestServer(handler: handler, server: server)
    do {
      try await body(started, certificates)
    } catch {
      await started.stop()
      throw error
    }
    await started.stop()
  }

  /// Connects over TLS.
  func connect(_ tls: ClientTLS) async throws -> HTTPClientConnection {
    try await HTTPClientConnection.connect(
      to: server.endpoint, on: Self.executors.next(), tls: tls)
  }
}

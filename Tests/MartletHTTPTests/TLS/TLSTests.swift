// Checks TLS with openssl, curl and nghttp at the other end: versions, ALPN, certificates both ways, renewal.

import Foundation
import MartletHTTP
import NIOConcurrencyHelpers
import NIOCore
import Testing

@Suite(.timeLimit(.minutes(10))) struct TLSTests {
  @Test func ourClientAndServer() async throws {
    try await TestServer.withTLS { server, certificates in
      let client = try await server.connect(certificates.client)
      let body = ByteBuffer(repeating: 7, count: 3_000_000)
      let response = await client.request("/echo", body: body, trailers: ["t": "v"])
      #expect(response.body == body)
      #expect(response.trailers == ["t": "v"])
      client.close()
      // By name too.
      var named = certificates.client
      named.serverName = "localhost"
      let other = try await server.connect(named)
      #expect(await other.request("/fixed").status == 200)
      other.close()
    }
  }

  @Test(arguments: [
    ["--http2"], ["--http1.1"], ["--no-alpn", "--http1.1"], ["--tls-max", "1.2"],
    ["--tlsv1.3"], ["--http2-prior-knowledge"],
  ])
  func curl(_ options: [String]) async throws {
    try await TestServer.withTLS { server, certificates in
      let result = try await runTool(
        "curl",
        ["-sS", "--cacert", certificates.path("ca.pem"), "-d", "hello", "-w", " %{http_version}"]
          + options + ["https://localhost:\(server.port)/echo"])
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output == (options.contains("--http1.1") ? "hello 1.1" : "hello 2"))
      let head = server.handler.heads.withLockedValue { $0.first }
      #expect(head?.scheme == "https")
    }
  }

  @Test(arguments: [
    ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"],
    ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384"],
    ["-alpn", "spdy/1", "-tls1_3", "-groups", "X448"],
  ])
  func weakOffersAreRefused(_ options: [String]) async throws {
    try await TestServer.withTLS { server, _ in
      let result = try await runTool(
        "sh",
        [
          "-c",
          "exec openssl s_client -connect 127.0.0.1:\(server.port) \(options.joined(separator: " ")) </dev/null",
        ])
      #expect(result.status != 0, "\(result.output)")
      #expect(result.output.contains("alert"), "\(result.output)")
    }
  }

  @Test func certificatesThatAreNotTrusted() async throws {
    try await TestServer.withTLS { server, certificates in
      try await certificates.authority("other")
      for (tls, text) in [
        (ClientTLS(authorities: certificates.path("other.pem")), "not trusted"),
        (ClientTLS(), "not trusted"),
        (ClientTLS(authorities: certificates.path("none.pem")), "cannot be read"),
        (ClientTLS(authorities: certificates.path("server.key")), "not a certificate"),
      ] {
        await #expect("\(tls)") {
          _ = try await server.connect(tls)
        } throws: {
          "\($0)".contains(text)
        }
      }
      let careless = try await server.connect(ClientTLS(verifiesServer: false))
      #expect(await careless.request("/fixed").status == 200)
    }
  }

  @Test func namesMustFit() async throws {
    let certificates = try await TestCertificates.make()
    defer { certificates.remove() }
    try await certificates.issue("server", names: "DNS:other.test")
    let server = try await HTTPServer.bind(
      to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors,
      tls: certificates.files(), logger: TestServer.logger, handler: TestHandler())
    var tls = certificates.client
    for name in [nil, "localhost", "test"] {
      tls.serverName = name
      await #expect {
        _ = try await HTTPClientConnection.connect(
          to: server.endpoint, on: TestServer.executors.next(), tls: tls)
      } throws: {
        "\($0)".contains("for another name")
      }
    }
    tls.serverName = "other.test"
    let client = try await HTTPClientConnection.connect(
      to: server.endpoint, on: TestServer.executors.next(), tls: tls)
    #expect(await client.request("/fixed").status == 200)
    client.close()
    await server.shutdown(grace: .zero)
  }

  @Test func clientsShowCertificates() async throws {
    try await TestServer.withTLS(asksClients: true) { server, certificates in
      try await certificates.issue(
        "worker", names: "URI:spiffe://test/worker,DNS:worker.test,email:w@test")
      var tls = certificates.client
      tls.certificate = certificates.path("worker.pem")
      tls.key = certificates.path("worker.key")
      let client = try await server.connect(tls)
      #expect(await client.request("/echo").status == 200)
      let peer = server.handler.peers.withLockedValue { $0.first }
      #expect(
        peer?.certificate
          == PeerCertificate(
            commonName: "worker", dnsNames: ["worker.test"], uris: ["spiffe://test/worker"],
            emails: ["w@test"]))
      #expect(peer?.certificate?.name == "spiffe://test/worker")
      #expect(peer?.isSecure == true)

      // One without, and one from elsewhere: in TLS 1.3 the refusal comes after the client's handshake.
      try await certificates.authority("other")
      try await certificates.issue("stranger", names: "DNS:stranger", by: "other")
      var stranger = certificates.client
      stranger.certificate = certificates.path("stranger.pem")
      stranger.key = certificates.path("stranger.key")
      for choice in [certificates.client, stranger] {
        await #expect(throws: (any Error).self) {
          let client = try await server.connect(choice)
          let response = await client.request("/echo")
          if let error = response.error { throw error }
        }
      }
      #expect(server.handler.heads.withLockedValue { $0.count } == 1)
    }
  }

  @Test func certificatesAreRenewedWithoutARestart() async throws {
    var limits = HTTPLimits()
    limits.certificateInterval = .milliseconds(20)
    try await TestServer.withTLS(limits) { server, certificates in
      let old = try await server.connect(certificates.client)
      // A file that is no certificate changes nothing.
      try Data("nonsense".utf8).write(to: URL(fileURLWithPath: certificates.path("server.pem")))
      let still = try await server.connect(certificates.client)
      #expect(await still.request("/fixed").status == 200)
      // A new authority: who trusts the old one only is turned away as soon as the files are read.
      try await certificates.authority("ca")
      try await certificates.issue("server", names: "IP:127.0.0.1")
      var fresh: HTTPClientConnection?
      for _ in 0..<1_000 where fresh == nil {
        fresh = try? await server.connect(certificates.client)
      }
      #expect(await fresh?.request("/fixed").status == 200)
      #expect(await old.request("/fixed").status == 200)
    }
  }

  @Test func filesThatCannotBeUsedAreNamed() async throws {
    let certificates = try await TestCertificates.make()
    defer { certificates.remove() }
    try await certificates.issue("second", names: "DNS:x")
    for (files, text) in [
      (ServerTLSFiles(certificate: "/none.pem", key: "/none.key"), "/none.pem: cannot be read"),
      (
        ServerTLSFiles(
          certificate: certificates.path("server.pem"), key: certificates.path("second.key")),
        "private key"
      ),
      (
        ServerTLSFiles(
          certificate: certificates.path("server.key"), key: certificates.path("server.key")),
        "not a certificate"
      ),
    ] {
      await #expect {
        _ = try await HTTPServer.bind(
          to: .tcp(host: "127.0.0.1", port: 0), executors: TestServer.executors, tls: files,
          logger: TestServer.logger, handler: TestHandler())
      } throws: {
        "\($0)".contains(text)
      }
    }
  }

  @Test func silentAndPlainPeersAreCutOff() async throws {
    var limits = HTTPLimits()
    limits.handshakeTimeout = .milliseconds(300)
    try await TestServer.withTLS(limits) { server, certificates in
      let silent = try await RawConnection.connect(port: server.port)
      #expect(await silent.readToEnd().isEmpty)
      let plain = try await RawConnection.connect(port: server.port)
      try await plain.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n")
      _ = await plain.readToEnd()
      #expect(server.handler.heads.withLockedValue { $0.isEmpty })
      // And our client, of a server that does not speak TLS.
      try await TestServer.with { clear in
        await #expect {
          try await clear.connect(certificates.client)
        } throws: {
          "\($0)".contains("does not speak TLS")
        }
      }
    }
  }

  @Test func drainOverTLS() async throws {
    try await TestServer.withTLS { server, certificates in
      let client = try await server.connect(certificates.client)
      let answer = client.start("/hold")
      await server.handler.accepted.wait()
      async let stopped: Void = server.server.shutdown(grace: .seconds(20))
      server.handler.release()
      #expect(await answer.wait().text == "released")
      await stopped
    }
  }

  @Test func nghttpSeesNothingWrong() async throws {
    try await TestServer.withTLS { server, _ in
      let result = try await runTool(
        "nghttp", ["-nvy", "https://127.0.0.1:\(server.port)/fixed"])
      #expect(result.status == 0)
      #expect(result.output.contains(":status: 200"))
    }
  }
}

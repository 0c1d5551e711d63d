// Checks what is said of files that were renewed, well and badly.

import Foundation
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import MartletHTTP

@Suite(.timeLimit(.minutes(10))) struct RenewalTests {
  private static func copy(_ from: String, to: String) throws {
    try Data(contentsOf: URL(fileURLWithPath: from)).write(to: URL(fileURLWithPath: to))
  }

  @Test func halfARenewalIsComplainedOfOnceAndChangesNothing() async throws {
    let certificates = try await TestCertificates.make()
    defer { certificates.remove() }
    let lines = NIOLockedValueBox<[String]>([])
    let tls = try ServerTLS(
      certificates.files(), logger: Logger(label: "test") { _ in KeptLog(lines: lines) })
    let first = tls.context
    try await certificates.issue("second", names: "IP:127.0.0.1")
    // The certificate has come, its key has not.
    try Self.copy(certificates.path("second.pem"), to: certificates.path("server.pem"))
    for _ in 0..<3 { tls.reloadIfChanged() }
    #expect(lines.withLockedValue { $0.count } == 1)
    #expect(lines.withLockedValue { $0.last?.contains("not renewed") } == true)
    #expect(tls.context === first)
    // Cut short while it is written: another state of the files, another complaint.
    try Data("-----BEGIN PRIVATE".utf8).write(
      to: URL(fileURLWithPath: certificates.path("server.key")))
    for _ in 0..<3 { tls.reloadIfChanged() }
    #expect(lines.withLockedValue { $0.count } == 2)
    #expect(tls.context === first)
    try Self.copy(certificates.path("second.key"), to: certificates.path("server.key"))
    for _ in 0..<3 { tls.reloadIfChanged() }
    #expect(lines.withLockedValue { $0.count } == 3)
    #expect(lines.withLockedValue { $0.last?.contains("was renewed from") } == true)
    #expect(tls.context !== first)
  }
}

/// Keeps the lines of a log.
private struct KeptLog: LogHandler {
  let lines: NIOLockedValueBox<[String]>
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.info

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) { lines.withLockedValue { $0.append("\(event.message)") } }
}

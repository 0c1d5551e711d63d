// Decides which files TLS is made of, on a server and on a client, and what is told when they cannot be used.

import NIOSSL

/// The files of a server that speaks TLS.
public struct ServerTLSFiles: Sendable, Equatable {
  /// The certificate chain in PEM, the server's own first.
  public var certificate: String
  /// The private key of its first certificate, in PEM.
  public var key: String
  /// The authorities whose certificates clients must show; nil asks for none.
  public var clientAuthorities: String?

  /// Names the files.
  public init(certificate: String, key: String, clientAuthorities: String? = nil) {
    self.certificate = certificate
    self.key = key
    self.clientAuthorities = clientAuthorities
  }

  /// Reads the files as a listener does.
  ///
  /// - Throws: `TLSFileError` when none could be opened with them.
  public func check() throws(TLSFileError) { _ = try TLSContexts.server(self) }

  /// Every file.
  var paths: [String] { [certificate, key] + (clientAuthorities.map { [$0] } ?? []) }
}

/// How a client speaks TLS.
public struct ClientTLS: Sendable, Equatable {
  /// The authorities that are trusted, in PEM; nil for those of the system.
  public var authorities: String?
  /// The certificate chain the client shows, in PEM, and its private key.
  public var certificate: String?
  /// The private key of that certificate, in PEM.
  public var key: String?
  /// The name that the server's certificate must hold; nil for the host that is connected to.
  public var serverName: String?
  /// Whether the server's certificate is verified. Without it anyone in between may read and write.
  public var verifiesServer: Bool

  /// Makes a choice; as it stands, the system's authorities are trusted.
  public init(
    authorities: String? = nil, certificate: String? = nil, key: String? = nil,
    serverName: String? = nil, verifiesServer: Bool = true
  ) {
    self.authorities = authorities
    self.certificate = certificate
    self.key = key
    self.serverName = serverName
    self.verifiesServer = verifiesServer
  }
}

/// Why files cannot be used for TLS.
public struct TLSFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// What is wrong with it, and what it should be.
  public let reason: String

  /// One line that says what is wrong.
  public var description: String { "\(path): \(reason)" }
}

extension TLSFileError {
  /// Reads a file by a function of the TLS library, whose errors say little.
  static func reading<R>(_ path: String, _ expected: String, _ read: () throws -> R)
    throws(TLSFileError) -> R
  {
    guard let stamp = FileStamp(path) else {
      throw TLSFileError(path: path, reason: "cannot be read")
    }
    guard stamp.size > 0 else { throw TLSFileError(path: path, reason: "is empty") }
    do { return try read() } catch {
      throw TLSFileError(path: path, reason: "is not \(expected)")
    }
  }
}

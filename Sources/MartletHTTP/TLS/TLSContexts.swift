// Decides what TLS is spoken: 1.2 and 1.3 with forward secrecy and authenticated encryption only, which is also
// what HTTP/2 asks of 1.2 (RFC 9113, 9.2), `h2` before `http/1.1`.

import NIOCore
import NIOSSL

/// Makes the contexts of connections.
enum TLSContexts {
  /// The suites of TLS 1.2 that are offered; those of 1.3 are all of this kind.
  private static let suites: [NIOTLSCipher] = [
    .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
  ]

  /// The context of a server.
  static func server(_ files: ServerTLSFiles) throws(TLSFileError) -> NIOSSLContext {
    let (chain, key) = try identity(files.certificate, files.key)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain, privateKey: key)
    set(&configuration)
    configuration.applicationProtocols = ["h2", "http/1.1"]
    if let authorities = files.clientAuthorities {
      configuration.trustRoots = .certificates(try certificates(authorities))
      // Its names are the client's, not a host's.
      configuration.certificateVerification = .noHostnameVerification
      configuration.sendCANameList = true
    }
    return try context(configuration, files.certificate)
  }

  /// The context of a client that speaks HTTP/2.
  static func client(_ choice: ClientTLS) throws(TLSFileError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    set(&configuration)
    configuration.applicationProtocols = ["h2"]
    if let authorities = choice.authorities {
      configuration.trustRoots = .certificates(try certificates(authorities))
    }
    if !choice.verifiesServer { configuration.certificateVerification = .none }
    if let certificate = choice.certificate {
      let (chain, key) = try identity(certificate, choice.key ?? certificate)
      configuration.certificateChain = chain
      configuration.privateKey = key
    }
    return try context(configuration, choice.certificate ?? choice.authorities ?? "TLS")
  }

  private static func set(_ configuration: inout TLSConfiguration) {
    configuration.minimumTLSVersion = .tlsv12
    configuration.cipherSuiteValues = suites
    configuration.renegotiationSupport = .none
    // How long a close waits for the peer's own; whoever does not answer is cut off.
    configuration.shutdownTimeout = .seconds(1)
  }

  private static func context(
    _ configuration: TLSConfiguration, _ path: String
  ) throws(TLSFileError) -> NIOSSLContext {
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      throw TLSFileError(path: path, reason: "does not belong to its private key, or is too weak")
    }
  }

  private static func identity(
    _ certificate: String, _ key: String
  ) throws(TLSFileError) -> ([NIOSSLCertificateSource], NIOSSLPrivateKeySource) {
    let chain = try certificates(certificate)
    let privateKey = try TLSFileError.reading(key, "a private key in PEM") {
      try NIOSSLPrivateKey(file: key, format: .pem)
    }
    return (chain.map { .certificate($0) }, .privateKey(privateKey))
  }

  private static func certificates(_ path: String) throws(TLSFileError) -> [NIOSSLCertificate] {
    let found = try TLSFileError.reading(path, "a certificate in PEM") {
      try NIOSSLCertificate.fromPEMFile(path)
    }
    guard !found.isEmpty else { throw TLSFileError(path: path, reason: "holds no certificate") }
    return found
  }
}

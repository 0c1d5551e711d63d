// Decides which choices of TLS make sense together, and who a client with a certificate is.

internal import MartletCall
internal import MartletHTTP
internal import MartletRPC

/// The choice of TLS.
enum TLSChoice {
  /// The files to serve with; nil in clear text.
  static func files(_ configuration: ServerConfiguration) throws(StartupError) -> ServerTLSFiles? {
    switch (configuration.tlsCertificate, configuration.tlsKey) {
    case (let certificate?, let key?):
      return ServerTLSFiles(
        certificate: certificate, key: key, clientAuthorities: configuration.tlsClientAuthorities)
    case (nil, nil):
      guard configuration.tlsClientAuthorities == nil else {
        throw StartupError("--tls-client-ca needs --tls-cert and --tls-key")
      }
      return nil
    case (_?, nil): throw StartupError("--tls-cert needs --tls-key")
    case (nil, _?): throw StartupError("--tls-key needs --tls-cert")
    }
  }
}

/// Takes the name in a verified certificate for the caller's.
struct CertificateAuthenticator: Authenticator {
  /// Every method, for everyone who shows a certificate of a trusted authority.
  static func policy(_ services: [any RPCService]) -> AccessPolicy {
    let paths = services.flatMap(\.methodHandlers).map(\.descriptor.path)
    return .authenticated(
      by: CertificateAuthenticator(),
      rules: Dictionary(paths.map { ($0, .authenticated) }, uniquingKeysWith: { first, _ in first })
    )
  }

  func principal(of credentials: Credentials) async throws(Status) -> Principal {
    guard let name = credentials.peer.certificate?.name, !name.isEmpty else {
      throw .unauthenticated("the connection shows no certificate that names its owner")
    }
    return Principal(name: name, namespace: Principal.anonymous.namespace)
  }
}

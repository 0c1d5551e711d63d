// Decides what is known of the other end of a connection.

/// Who is at the other end of a connection: one value for all its exchanges.
public final class HTTPPeer: Sendable {
  /// The address, for logs.
  public let address: String
  /// Whether the connection is encrypted.
  public let isSecure: Bool
  /// The certificate the peer showed and that was verified.
  public let certificate: PeerCertificate?

  /// Describes a peer.
  public init(address: String, isSecure: Bool = false, certificate: PeerCertificate? = nil) {
    self.address = address
    self.isSecure = isSecure
    self.certificate = certificate
  }
}

/// The names in a verified certificate.
public struct PeerCertificate: Sendable, Equatable {
  /// The common name of the subject; empty when there is none.
  public var commonName: String
  /// The DNS names among the alternative names of the subject (RFC 5280, 4.2.1.6).
  public var dnsNames: [String]
  /// The URIs among them, such as a SPIFFE ID.
  public var uris: [String]
  /// The mail addresses among them.
  public var emails: [String]

  /// Makes a certificate's names.
  public init(
    commonName: String = "", dnsNames: [String] = [], uris: [String] = [], emails: [String] = []
  ) {
    self.commonName = commonName
    self.dnsNames = dnsNames
    self.uris = uris
    self.emails = emails
  }

  /// The most telling name: a URI, else a DNS name, else a mail address, else the common name.
  public var name: String { uris.first ?? dnsNames.first ?? emails.first ?? commonName }
}

// Decides how the names in a certificate are read.

import NIOSSL

extension PeerCertificate {
  /// Reads the names of a certificate that was verified.
  init(_ certificate: NIOSSLCertificate) {
    self.init(
      commonName: certificate.subjectName.last { $0.type == .commonName }?.value ?? "")
    for name in certificate._subjectAlternativeNames() {
      let text = String(decoding: name.contents, as: UTF8.self)
      switch name.nameType {
      case .dnsName: dnsNames.append(text)
      case .uri: uris.append(text)
      case .email: emails.append(text)
      default: break
      }
    }
  }
}

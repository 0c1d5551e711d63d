// Decides how errors of the system become ours.

import Glibc
import NIOCore
import NIOPosix

extension HTTPBindError {
  /// What an error of the socket layer means.
  init(_ error: any Error, _ endpoint: HTTPEndpoint) {
    guard let error = error as? IOError else {
      self = .failed(endpoint, reason: "\(error)")
      return
    }
    switch error.errnoCode {
    case EADDRINUSE: self = .addressInUse(endpoint)
    case EACCES, EPERM: self = .permissionDenied(endpoint)
    case EADDRNOTAVAIL: self = .addressNotAvailable(endpoint)
    default: self = .failed(endpoint, reason: String(cString: strerror(error.errnoCode)))
    }
  }
}

extension HTTPConnectError {
  /// What an error of the socket layer means.
  init(_ error: any Error, _ endpoint: HTTPEndpoint) {
    if let error = error as? NIOConnectionError {
      let causes = error.connectionErrors.map(\.error)
      self =
        causes.first.map { HTTPConnectError($0, endpoint) }
        ?? .failed(endpoint, reason: "unknown host")
      return
    }
    if case ChannelError.connectTimeout? = error as? ChannelError {
      self = .timedOut(endpoint)
      return
    }
    guard let error = error as? IOError else {
      self = .failed(endpoint, reason: "\(error)")
      return
    }
    switch error.errnoCode {
    case ECONNREFUSED, ENOENT: self = .refused(endpoint)
    case ETIMEDOUT: self = .timedOut(endpoint)
    default: self = .failed(endpoint, reason: String(cString: strerror(error.errnoCode)))
    }
  }
}

extension HTTPEndpoint {
  /// This endpoint with the port of a bound socket.
  func listening(on address: SocketAddress?) -> HTTPEndpoint {
    guard case .tcp(let host, _) = self, let port = address?.port else { return self }
    return .tcp(host: host, port: port)
  }

  /// An address as logs show it.
  static func text(of address: SocketAddress?) -> String {
    guard let address else { return "unknown" }
    guard let host = address.ipAddress, let port = address.port else { return "unix" }
    return HTTPEndpoint.tcp(host: host, port: port).description
  }
}

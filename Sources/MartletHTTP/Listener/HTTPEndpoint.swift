// Decides how the two kinds of address are named, and how a failure to listen or connect is told.

/// Where to listen or to connect.
public enum HTTPEndpoint: Sendable, Hashable, CustomStringConvertible {
  /// A host name or address and a TCP port; port 0 lets the system choose when listening.
  case tcp(host: String, port: Int)
  /// The path of a Unix-domain socket.
  case unix(path: String)

  /// `host:port`, `[v6]:port` or `unix:path`.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }
}

/// Why a listener could not be opened.
public enum HTTPBindError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Someone listens there already.
  case addressInUse(HTTPEndpoint)
  /// This process may not listen there (a port below 1024, a closed directory).
  case permissionDenied(HTTPEndpoint)
  /// The host is not an address of this machine.
  case addressNotAvailable(HTTPEndpoint)
  /// The files for TLS cannot be used.
  case certificate(TLSFileError)
  /// Anything else; the text is the system's.
  case failed(HTTPEndpoint, reason: String)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .certificate(let error): error.description
    case .addressInUse(let endpoint): "\(endpoint) is in use"
    case .permissionDenied(let endpoint): "not permitted to listen on \(endpoint)"
    case .addressNotAvailable(let endpoint): "\(endpoint) is not an address of this machine"
    case .failed(let endpoint, let reason): "cannot listen on \(endpoint): \(reason)"
    }
  }
}

/// Why a connection could not be made.
public enum HTTPConnectError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Nobody listens there.
  case refused(HTTPEndpoint)
  /// It took longer than the limit.
  case timedOut(HTTPEndpoint)
  /// Anything else; the text is the system's.
  case failed(HTTPEndpoint, reason: String)

  /// One line that says what is wrong.
  public var description: String {
    switch self {
    case .refused(let endpoint): "connection to \(endpoint) refused"
    case .timedOut(let endpoint): "connection to \(endpoint) timed out"
    case .failed(let endpoint, let reason): "cannot connect to \(endpoint): \(reason)"
    }
  }
}

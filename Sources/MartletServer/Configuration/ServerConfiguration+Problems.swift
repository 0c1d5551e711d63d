// Decides what is refused of a configuration before anything is opened, so that `server config check` says of a file what
// a start with it would say.

internal import MartletHTTP
internal import MartletPostgres
internal import MartletRPC
internal import NIOCore

extension ServerConfiguration {
  /// Why no server can start with these choices, a sentence each. Files and names are looked at; whether the port is
  /// free and the database answers, only a start tells.
  public func problems() -> [String] {
    tlsProblems() + hostProblems() + allowedOrigins.compactMap(OriginPolicy.fault(inAllowed:))
      + databaseProblems() + prefectProblems()
  }

  private func prefectProblems() -> [String] {
    guard let prefectUI else { return [] }
    if prefectAPI == .off { return ["prefect-ui needs prefect-api: its pages ask that"] }
    guard prefectPages == nil else { return [] }
    return [
      "prefect-ui has no pages: there is no ui-v2/index.html and no ui/index.html in \(prefectUI)"
    ]
  }

  private func tlsProblems() -> [String] {
    do {
      try TLSChoice.files(self)?.check()
      return []
    } catch {
      return ["\(error)"]
    }
  }

  private func hostProblems() -> [String] {
    do {
      _ = try SocketAddress.makeAddressResolvingHost(host, port: port)
      return []
    } catch {
      return ["host cannot be \"\(host)\": it is neither an address nor a name that is known here"]
    }
  }

  private func databaseProblems() -> [String] {
    guard case .url(let url) = database else { return [] }
    do {
      _ = try PostgresConfiguration(url)
      return []
    } catch {
      return ["the database cannot be used: \(error.message)"]
    }
  }
}

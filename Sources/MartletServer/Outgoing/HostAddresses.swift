// Decides how the name of a host becomes addresses: as the system says, in its order.

internal import Glibc
internal import MartletModel
internal import NIOCore

/// The addresses of hosts.
enum HostAddresses {
  /// One of them, to be judged and to be connected to.
  struct Entry: Sendable {
    let address: NetworkAddress
    let socket: SocketAddress
  }

  /// Looks a name up, or reads an address in any of its spellings. Blocks.
  ///
  /// - Throws: ``OutgoingFault``.
  static func find(_ host: String, _ port: Int) throws -> [Entry] {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, "\(port)", &hints, &list)
    guard code == 0 else {
      throw OutgoingFault.unanswered("\(host): \(String(cString: gai_strerror(code)))")
    }
    defer { freeaddrinfo(list) }
    var found: [Entry] = []
    var next = list
    while let info = next?.pointee {
      if let raw = UnsafeRawPointer(info.ai_addr), let entry = entry(info.ai_family, raw) {
        found.append(entry)
      }
      next = info.ai_next
    }
    return found
  }

  private static func entry(_ family: Int32, _ raw: UnsafeRawPointer) -> Entry? {
    switch family {
    case AF_INET:
      let address = raw.loadUnaligned(as: sockaddr_in.self)
      return Entry(
        address: .v4(withUnsafeBytes(of: address.sin_addr) { Array($0) }),
        socket: SocketAddress(address))
    case AF_INET6:
      let address = raw.loadUnaligned(as: sockaddr_in6.self)
      return Entry(
        address: .v6(withUnsafeBytes(of: address.sin6_addr) { Array($0) }),
        socket: SocketAddress(address))
    default: return nil
    }
  }
}

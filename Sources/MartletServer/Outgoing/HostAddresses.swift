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
    // Where the bytes of the address stand is the same everywhere: after the family and the port, and the flow.
    func bytes(_ offset: Int, _ count: Int) -> [UInt8] {
      Array(UnsafeRawBufferPointer(start: raw + offset, count: count))
    }
    switch family {
    case AF_INET:
      return Entry(
        address: .v4(bytes(4, 4)), socket: SocketAddress(raw.loadUnaligned(as: sockaddr_in.self)))
    case AF_INET6:
      return Entry(
        address: .v6(bytes(8, 16)), socket: SocketAddress(raw.loadUnaligned(as: sockaddr_in6.self)))
    default: return nil
    }
  }
}

// Decides how a worker is asked for its health: one HTTP answer a connection, from a thread of its own.

import Glibc
import MartletWorker

/// The health of a worker.
enum WorkerHealth {
  /// How it stands with the server.
  enum Standing: String, Sendable {
    case starting, connected, disconnected
  }

  /// The port cannot be served.
  struct PortError: Error, CustomStringConvertible {
    let description: String
  }

  /// Answers on a port of 127.0.0.1 for as long as the process lives: 200 while it is connected, 503 otherwise.
  ///
  /// - Throws: `PortError` when somebody else has the port.
  static func serve(_ port: Int, _ standing: @escaping @Sendable () -> Standing) throws {
    let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isBound, listen(file, 16) == 0 else {
      let why = String(cString: strerror(errno))
      close(file)
      throw PortError(description: "cannot serve health on port \(port): \(why)")
    }
    DetachedThread.start {
      while true {
        let peer = accept(file, nil, nil)
        guard peer >= 0 else { continue }
        _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
        answer(peer, standing())
        close(peer)
      }
    }
  }

  private static func answer(_ peer: Int32, _ standing: Standing) {
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(peer, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
    var request = [UInt8](repeating: 0, count: 2048)
    let count = read(peer, &request, request.count)
    let line = request.prefix(max(0, count)).prefix { $0 != 0x0D }
    let isKnown =
      String(decoding: line, as: UTF8.self).split(separator: " ").dropFirst().first
      .map { $0 == "/health" } ?? false
    let status =
      !isKnown ? "404 Not Found" : standing == .connected ? "200 OK" : "503 Service Unavailable"
    let body = isKnown ? "{\"status\":\"\(standing.rawValue)\"}\n" : ""
    let text =
      "HTTP/1.1 \(status)\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
      + "Connection: close\r\n\r\n\(body)"
    Array(text.utf8).withUnsafeBufferPointer { _ = write(peer, $0.baseAddress, $0.count) }
  }
}

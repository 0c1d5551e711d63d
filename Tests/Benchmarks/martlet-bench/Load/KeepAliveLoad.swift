// Decides how many clients of plain HTTP/1.1 load a server: each asks the next thing as soon as it has its answer, all from one
// thread.

import ArgumentParser
import Glibc

/// Clients that share what there is to ask.
struct KeepAliveLoad {
  private var clients: [KeepAliveClient]
  private let host: String

  /// - Parameter address: `http://127.0.0.1:PORT`.
  init(_ address: String, clients: Int) throws {
    let prefix = "http://127.0.0.1:"
    guard address.hasPrefix(prefix), let port = UInt16(address.dropFirst(prefix.count)) else {
      throw ValidationError("--server must be \(prefix)PORT")
    }
    host = String(address.dropFirst("http://".count))
    self.clients = try (0..<clients).map { _ in try KeepAliveClient(port: port) }
  }

  func close() { for client in clients { client.close() } }

  /// A POST with a JSON body.
  func post(_ path: String, _ body: String) -> [UInt8] {
    Array(
      """
      POST \(path) HTTP/1.1\r
      host: \(host)\r
      content-type: application/json\r
      content-length: \(body.utf8.count)\r
      \r
      \(body)
      """.utf8)
  }

  /// Asks so many things; returns how long each took, and all together.
  mutating func ask(
    _ count: Int, _ request: (Int) -> [UInt8],
    answer: (Int, KeepAliveClient.Answer) throws -> Void
  ) throws -> (latencies: Latencies, time: Duration) {
    var latencies = Latencies()
    var asked = [(number: Int, time: ContinuousClock.Instant)?](
      repeating: nil, count: clients.count)
    var waits = clients.map { pollfd(fd: $0.descriptor, events: Int16(POLLIN), revents: 0) }
    let start = ContinuousClock.now
    var next = 0
    for index in clients.indices.prefix(count) {
      asked[index] = (next, .now)
      try clients[index].send(request(next))
      next += 1
    }
    var left = count
    while left > 0 {
      guard poll(&waits, nfds_t(waits.count), 60_000) > 0 else {
        throw ValidationError("no answer in 60 s")
      }
      for index in waits.indices where waits[index].revents != 0 {
        guard let (number, time) = asked[index], let whole = try clients[index].receive() else {
          continue
        }
        latencies.append(ContinuousClock.now - time)
        left -= 1
        asked[index] = nil
        if next < count {
          asked[index] = (next, .now)
          try clients[index].send(request(next))
          next += 1
        }
        try answer(number, whole)
      }
    }
    return (latencies, ContinuousClock.now - start)
  }
}

// Decides what one client of plain HTTP/1.1 is: a connection that is kept, one request under way on it, its answer read to its
// end. It costs so little that no server is held up by it.

import ArgumentParser
import Glibc

/// A connection that asks one thing at a time.
struct KeepAliveClient {
  /// What a server answered.
  struct Answer {
    let status: Int
    let body: [UInt8]

    /// How often a text is in the body.
    func count(of text: StaticString) -> Int {
      var count = 0
      body.withUnsafeBytes { bytes in
        var from = 0
        while let place = bytes.place(of: text, from: from) {
          count += 1
          from = place + text.utf8CodeUnitCount
        }
      }
      return count
    }
  }

  let descriptor: Int32
  private var received: [UInt8] = []
  /// What the head says, once it is whole.
  private var head: (status: Int, size: Int, length: Int)?
  private var scratch = [UInt8](repeating: 0, count: 64 << 10)

  /// Connects to a port of this machine.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw ValidationError("cannot connect to port \(port)") }
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Ends the connection.
  func close() { Glibc.close(descriptor) }

  /// Sends a request; it fits the socket, whose buffer is empty.
  func send(_ request: [UInt8]) throws {
    guard
      Glibc.send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) == request.count
    else { throw ValidationError("the server closed a connection") }
  }

  /// Reads what has come; the answer when it is whole.
  mutating func receive() throws -> Answer? {
    let count = recv(descriptor, &scratch, scratch.count, 0)
    guard count > 0 else { throw ValidationError("the server closed a connection") }
    received += scratch[..<count]
    if head == nil { head = try readHead() }
    guard let (status, size, length) = head, received.count >= size + length else { return nil }
    let body = Array(received[size...])
    received.removeAll(keepingCapacity: true)
    head = nil
    return Answer(status: status, body: body)
  }

  /// Reads the head; nil when it is not whole.
  private func readHead() throws -> (status: Int, size: Int, length: Int)? {
    guard let end = received.withUnsafeBytes({ $0.place(of: "\r\n\r\n", from: 0) }) else {
      return nil
    }
    let head = String(decoding: received[..<end], as: UTF8.self)
    guard let status = Int(head.dropFirst(9).prefix(3)) else {
      throw ValidationError("this is no answer: \(head)")
    }
    guard let length = Self.contentLength(head) else {
      throw ValidationError("an answer tells no length: \(head)")
    }
    return (status, end + 4, length)
  }

  private static func contentLength(_ head: String) -> Int? {
    let name = "content-length:"
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix(name) {
      return Int(line.dropFirst(name.count).filter(\.isNumber))
    }
    return nil
  }
}

extension UnsafeRawBufferPointer {
  /// Where a text is for the first time from a place on.
  fileprivate func place(of text: StaticString, from start: Int) -> Int? {
    text.withUTF8Buffer { text in
      guard let base = baseAddress, let wanted = text.baseAddress else { return nil }
      var from = start
      while from + text.count <= count,
        let found = memchr(base + from, Int32(text[0]), count - text.count - from + 1)
      {
        from = base.distance(to: UnsafeRawPointer(found))
        if memcmp(base + from, wanted, text.count) == 0 { return from }
        from += 1
      }
      return nil
    }
  }
}

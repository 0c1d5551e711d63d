// Decides how a thread that waits on a socket is woken by another thread: an eventfd in the same
// poll, so that an idle connection also notices when the server goes away.

import CPostgres
import Glibc

/// A flag one thread sleeps on, together with a socket, and any thread raises.
final class Wakeup: Sendable {
  private let descriptor: Int32

  init() {
    descriptor = martlet_eventfd()
    // Only exhaustion of the process's own descriptors comes here; nothing can run without.
    precondition(descriptor >= 0, "eventfd: \(String(cString: strerror(errno)))")
  }

  deinit {
    close(descriptor)
  }

  /// Raises the flag.
  func raise() {
    var one: UInt64 = 1
    _ = write(descriptor, &one, 8)
  }

  /// Sleeps until the flag is raised, the socket is ready or the time is over; lowers the flag.
  /// - Returns: Whether the socket is ready, and whether the flag was raised.
  @discardableResult
  func wait(
    socket: Int32?, events: Int32 = POLLIN, milliseconds: Int32
  ) -> (socket: Bool, raised: Bool) {
    var entries = (
      pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
      pollfd(fd: socket ?? -1, events: Int16(events), revents: 0)
    )
    withUnsafeMutableBytes(of: &entries) { bytes in
      let list = bytes.assumingMemoryBound(to: pollfd.self)
      _ = poll(list.baseAddress, 2, milliseconds)
    }
    let isRaised = entries.0.revents != 0
    if isRaised {
      var count: UInt64 = 0
      _ = read(descriptor, &count, 8)
    }
    return (entries.1.revents != 0, isRaised)
  }
}

// Decides how the output of a command passes through: byte for byte and at once to where it would have gone, and line
// by line to the log. Bytes that are not UTF-8 are repaired in the log only. Whoever reads the lines sets the pace: when
// they are not taken, the pipes fill and the command waits, as it would for a slow terminal.

import Glibc
import Synchronization

/// A line that a command wrote.
package struct OutputLine: Sendable {
  /// `stdout` or `stderr`.
  package var source: String
  /// The text without its line end, cut at 32 KiB.
  package var text: String
}

/// The pipes through which a command writes, and the threads that empty them.
package final class OutputPipes: Sendable {
  /// One pipe: where it is read, where its bytes go, what its lines are called.
  struct Source: Sendable {
    var from: Int32
    var to: Destination
    var name: String
  }

  /// Where the bytes go as they are.
  enum Destination: Sendable {
    /// To a descriptor without which nothing is read.
    case passed(Int32)
    /// To a descriptor while somebody reads there.
    case copied(Int32)
    case none
  }

  /// The lines as they come, in portions; each must be given back with `taken`. Ends when all pipes are at their end.
  package let portions: AsyncStream<[OutputLine]>
  // Portions of at most one read each may be under way, so much and no more is in memory.
  private let room = Room(8)
  // A pipe of our own: its closing tells the readers to end.
  private let end: Mutex<Int32>

  private static let longest = 32 << 10
  private static let readSize = 64 << 10

  /// Begins to read.
  init(_ sources: [Source]) {
    let (stream, sink) = AsyncStream<[OutputLine]>.makeStream()
    portions = stream
    var ends: [Int32] = [-1, -1]
    if pipe(&ends) == 0 { for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) } }
    end = Mutex(ends[1])
    let told = ends[0]
    let open = Open(sources.count)
    let room = room
    for source in sources {
      DetachedThread.start {
        Self.read(source, until: told) { lines in
          room.take()
          sink.yield(lines)
        }
        close(source.from)
        if open.closeOne() {
          close(told)
          sink.finish()
        }
      }
    }
  }

  deinit { finish() }

  /// Makes room for another portion.
  package func taken() { room.give() }

  /// Ends the reading with what is in the pipes now, though somebody still holds their other ends.
  package func finish() {
    end.withLock { end in
      if end >= 0 { close(end) }
      end = -1
    }
  }

  private static func read(_ source: Source, until end: Int32, _ hand: ([OutputLine]) -> Void) {
    var buffer = [UInt8](repeating: 0, count: readSize)
    var splitter = LineSplitter(source.name, longest: longest)
    var destination = source.to
    // What may still be read after the end; nil before it.
    var left: Int?
    while left != 0 {
      if left == nil {
        var events = [
          pollfd(fd: source.from, events: Int16(POLLIN), revents: 0),
          pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        ]
        if poll(&events, 2, -1) < 0 { continue }
        if events[1].revents != 0 {
          var waiting: Int32 = 0
          left = ioctl(source.from, UInt(FIONREAD), &waiting) == 0 ? Int(waiting) : 0
          continue
        }
      }
      let count = Glibc.read(source.from, &buffer, min(buffer.count, left ?? buffer.count))
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { break }
      if let before = left { left = before - count }
      var isWelcome = true
      switch destination {
      case .passed(let file): isWelcome = pass(buffer[..<count], to: file)
      case .copied(let file): if !pass(buffer[..<count], to: file) { destination = .none }
      case .none: break
      }
      let lines = splitter.split(buffer[..<count])
      if !lines.isEmpty { hand(lines) }
      // Nobody reads what we write any more: the command is to learn of that from its own writing.
      if !isWelcome { break }
    }
    if let last = splitter.rest() { hand([last]) }
  }

  /// Writes everything; false when that cannot be done any more.
  private static func pass(_ bytes: ArraySlice<UInt8>, to: Int32) -> Bool {
    bytes.withUnsafeBytes { source in
      var written = 0
      while written < source.count {
        let count = write(to, source.baseAddress! + written, source.count - written)
        if count >= 0 {
          written += count
        } else if errno == EAGAIN {
          var event = pollfd(fd: to, events: Int16(POLLOUT), revents: 0)
          poll(&event, 1, -1)
        } else if errno != EINTR {
          if errno != EPIPE {
            var why = "martlet: output is lost: \(String(cString: strerror(errno)))\n"
            why.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
          }
          return false
        }
      }
      return true
    }
  }
}

/// How many readers are still at work.
private final class Open: Sendable {
  private let count: Mutex<Int>
  init(_ count: Int) { self.count = Mutex(count) }
  /// Whether it was the last.
  func closeOne() -> Bool {
    count.withLock {
      $0 -= 1
      return $0 == 0
    }
  }
}

// Decides how a thread of our own is started: named, detached, with a Swift closure.

import CPostgres
import Glibc

/// Starts POSIX threads; Foundation's are not linked.
enum Thread {
  private final class Body {
    let name: String
    let run: @Sendable () -> Void

    init(_ name: String, _ run: @escaping @Sendable () -> Void) {
      self.name = name
      self.run = run
    }
  }

  /// Runs a closure on a new detached thread.
  ///
  /// - Parameter name: At most 15 bytes, shown by `ps -L` and debuggers.
  /// - Returns: False if the system has no thread to give (EAGAIN); then nothing runs.
  @discardableResult
  static func detach(name: String, _ run: @escaping @Sendable () -> Void) -> Bool {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let body = Unmanaged.passRetained(Body(name, run))
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let body = Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
        pthread_setname_np(pthread_self(), String(body.name.prefix(15)))
        body.run()
        return nil
      }, body.toOpaque())
    pthread_attr_destroy(&attributes)
    if status != 0 {
      body.release()
      return false
    }
    return true
  }
}

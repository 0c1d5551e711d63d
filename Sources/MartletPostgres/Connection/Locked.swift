// Decides which lock this layer uses: POSIX's, because ThreadSanitizer knows it. The standard library's
// Mutex is a bare futex in a library without instrumentation: each use of it looks like a race.

import Glibc

/// A value behind a lock. The closures are short and never block.
///
/// Unchecked: `value` is touched only between lock and unlock, and both it and what comes out of the
/// closures are Sendable; the mutex itself is never moved.
package final class Locked<Value: Sendable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private var value: Value

  /// Puts a value behind a lock.
  package init(_ value: Value) {
    self.value = value
    mutex = .allocate(capacity: 1)
    let status = pthread_mutex_init(mutex, nil)
    precondition(status == 0, "pthread_mutex_init: \(status)")
  }

  deinit {
    pthread_mutex_destroy(mutex)
    mutex.deallocate()
  }

  /// Runs a closure with the value, alone.
  package func withLock<Result: Sendable>(
    _ body: (inout Value) throws -> Result
  ) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }
}

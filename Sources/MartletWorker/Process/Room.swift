// Decides how a thread waits for tasks: by a counting semaphore of the C library.

import Glibc

/// Places that a thread takes, waiting when there is none, and that anybody gives back.
///
/// `@unchecked Sendable`: a POSIX semaphore may be used from all threads; the pointer never changes, and the last
/// reference frees it.
final class Room: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  /// Makes so many places.
  init(_ places: UInt32) {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, places)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  /// Takes a place; blocks the thread while there is none.
  func take() {
    while sem_wait(semaphore) < 0 && errno == EINTR {}
  }

  /// Gives a place back.
  func give() { sem_post(semaphore) }
}

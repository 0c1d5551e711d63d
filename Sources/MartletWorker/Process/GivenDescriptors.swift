// Decides which open files a command gets beside its three streams: those that this process was given itself, such as a
// jobserver's pipes; never this process's own, such as its connections to the server.

import CSpawn
import Glibc

/// The descriptors that this process was started with.
package enum GivenDescriptors {
  private static let given = list()

  /// Counts what is open now as given; to be called before anything is opened.
  package static func note() { _ = given }

  /// Has a new process close everything else.
  static func closeOthers(_ actions: inout posix_spawn_file_actions_t) {
    let own = list().filter { $0 > STDERR_FILENO && !given.contains($0) }
    // Closing what another thread has closed meanwhile is no error.
    for file in own { posix_spawn_file_actions_addclose(&actions, file) }
    let highest = max(given.max() ?? 0, own.max() ?? 0, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, highest + 1)
  }

  private static func list() -> Set<Int32> {
    // The descriptor by which the list was read is in it, and closed by now.
    Set(
      LocalFiles.names(in: "/proc/self/fd").compactMap { Int32($0) }
        .filter { fcntl($0, F_GETFD) >= 0 })
  }
}

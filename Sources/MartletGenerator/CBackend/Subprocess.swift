// Decides how another plugin is run: found on PATH, fed from an unlinked file, read through a pipe.

import Glibc

/// A program that maps standard input to standard output.
enum Subprocess {
  /// Runs a program to its end and returns what it wrote.
  ///
  /// The input is a file, so that only one pipe can be full and nothing can block for ever.
  static func run(_ program: String, input: [UInt8]) throws -> [UInt8] {
    let path = "/tmp/protoc-gen-martlet.XXXXXX"
    var template = Array(path.utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { throw PluginFault("cannot make a temporary file in /tmp") }
    unlink(template)
    defer { close(file) }
    try writeAll(input, to: file)
    lseek(file, 0, SEEK_SET)

    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw PluginFault("cannot make a pipe") }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO)
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addclose(&actions, ends[0])
    posix_spawn_file_actions_addclose(&actions, ends[1])

    // It needs nothing of the environment; PATH is looked up in ours.
    var process: pid_t = 0
    let name = strdup(program)
    defer { free(name) }
    let code = posix_spawnp(&process, program, &actions, nil, [name, nil], [nil])
    close(ends[1])
    defer { close(ends[0]) }
    guard code == 0 else {
      throw PluginFault("cannot start \(program): \(String(cString: strerror(code)))")
    }
    let output = try readAll(ends[0])
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 && errno == EINTR {}
    guard status == 0 else { throw PluginFault("\(program) failed (wait status \(status))") }
    return output
  }
}

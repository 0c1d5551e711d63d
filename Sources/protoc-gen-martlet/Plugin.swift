// Decides how protoc and the generator meet: a request on standard input, a response on standard output.

import Glibc
import MartletGenerator

/// The plugin.
@main
struct Plugin {
  static func main() {
    guard Generator.serve(input: STDIN_FILENO, output: STDOUT_FILENO, errors: STDERR_FILENO) else {
      exit(1)
    }
  }
}

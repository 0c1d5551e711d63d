// Decides how Python packages come here: into a directory for each content of a requirements file, which later runs use as
// it is. What is not pinned therefore stays as it was first found, until the file changes.

import Glibc
import MartletModel

/// The pip step.
struct PipPull: Sendable {
  let shell: StepShell
  let cache: String

  /// Installs, and returns the directory for `PYTHONPATH`.
  func pull(_ requirements: String, in directory: String) async throws(PullFailure) -> String {
    guard let bytes = LocalFiles.read(requirements) else {
      throw PullFailure("there is no file \(requirements)")
    }
    let python = PythonProgram.path
    let library = "\(cache)/pip/\(SHA256.name(of: Array(python.utf8) + [0] + bytes))"
    do { try LocalFiles.makeDirectory("\(cache)/pip") } catch { throw PullFailure("\(error)") }
    let lock = try await CacheLock.take("\(library).lock", for: shell)
    defer { lock.release() }
    if LocalFiles.isDirectory(library) {
      await shell.say("The packages of \(requirements) are there already")
      return library
    }
    let part = "\(library).part"
    LocalFiles.removeTree(part)
    try await shell.execute(
      [
        python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
        "--target", part, "--requirement", requirements,
      ], in: directory)
    guard rename(part, library) == 0 else {
      throw PullFailure("\(LocalFiles.Failure("cannot keep", library))")
    }
    return library
  }
}

/// Which Python executes entrypoints.
enum PythonProgram {
  /// `MARTLET_PYTHON` of the worker, else `python3`.
  static var path: String {
    let chosen = getenv("MARTLET_PYTHON").map { String(cString: $0) } ?? ""
    return chosen.isEmpty ? "python3" : chosen
  }
}

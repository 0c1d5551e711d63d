// Decides how a program comes to the machine: a closed list of steps.

/// One step that fetches a program or prepares its place. Relative paths are taken from where the step before led to; at
/// first that is the run's scratch directory.
public enum PullStep: Sendable, Equatable {
  /// A repository: a branch's newest commit, or a commit.
  case git(GitSource)
  /// A directory of this machine, used where it is or as a copy.
  case local(path: String, isCopied: Bool)
  /// A .tar.gz, .tar or .zip, from a URL or a file.
  case archive(ArchiveSource)
  /// A script for `/bin/sh`.
  case shell(script: String)
  /// Packages for Python, for the steps behind it and the program.
  case pip(requirements: String)
  /// Another place to work in.
  case workingDirectory(path: String)

  /// What the log and failures call it.
  public var name: String {
    switch self {
    case .git: "git"
    case .local: "local"
    case .archive: "archive"
    case .shell: "shell"
    case .pip: "pip"
    case .workingDirectory: "working_directory"
    }
  }
}

/// A repository and what is wanted of it.
public struct GitSource: Sendable, Equatable {
  /// Where it is, as git writes it.
  public var repository: String
  /// The branch or tag; empty for the repository's own default.
  public var branch = ""
  /// A whole commit id; then nothing is fetched when it is there already.
  public var commit = ""
  /// The variable of the worker with the token, or `user:password`; empty for none.
  public var credentialsVariable = ""
  /// Whether submodules are fetched too.
  public var hasSubmodules = false
  /// How much history is fetched; 0 for all.
  public var depth = 0

  /// Names a repository.
  public init(repository: String) { self.repository = repository }
}

/// An archive and how it is unpacked.
public struct ArchiveSource: Sendable, Equatable {
  /// `https://`, `http://`, `file://`, or a path.
  public var location: String
  /// The SHA-256 of the file in hexadecimal; empty leaves it unchecked.
  public var sha256 = ""
  /// How many leading directories are left out.
  public var strip = 0

  /// Names an archive.
  public init(location: String) { self.location = location }
}

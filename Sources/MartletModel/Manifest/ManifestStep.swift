// Decides which steps there are: what a worker does before a run, and what is done here before a deployment is made.

/// What a worker does before it starts a run.
public enum PullStepManifest: Sendable, Hashable {
  /// Works in a directory that is there.
  case workingDirectory(String)
  /// Fetches a repository; the token is read from a variable of the worker's environment.
  case git(
    repository: String, branch: String?, commit: String?, credentials: String?, submodules: Bool)
  /// Runs a line of shell.
  case shell(script: String, directory: String?)
  /// Installs Python packages.
  case pip(requirements: String, directory: String?)
  /// Works in a directory, or in a copy of it.
  case local(path: String, copies: Bool)
  /// Unpacks an archive.
  case archive(location: String, sha256: String?, strip: Int)

  /// What it is called in a manifest.
  public var kind: String {
    switch self {
    case .workingDirectory: "working_directory"
    case .git: "git"
    case .shell: "shell"
    case .pip: "pip"
    case .local: "local"
    case .archive: "archive"
    }
  }
}

/// What is done where `deploy` runs, before deployments are made.
public struct BuildStep: Sendable, Hashable {
  /// By what its outputs are called in templates.
  public var id: String?
  /// What it does.
  public var step: PullStepManifest

  /// Makes a step.
  public init(id: String?, step: PullStepManifest) {
    self.id = id
    self.step = step
  }
}

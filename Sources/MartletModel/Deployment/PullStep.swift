// Decides how the code of a deployment comes to where it runs.

/// A step of bringing the code to where it runs.
public enum PullStep: Sendable, Hashable {
  /// Checks a repository out and goes there.
  case git(Git)
  /// Goes to a directory of the machine, or to a copy of it.
  case local(path: String, copies: Bool)
  /// Unpacks an archive and goes there.
  case archive(source: String, sha256: String, stripComponents: Int32)
  /// Runs a script with /bin/sh.
  case shell(String)
  /// Installs Python packages of a file of requirements.
  case pip(requirements: String)
  /// Goes to a directory, as seen from the one reached so far.
  case workingDirectory(String)

  /// A repository.
  public struct Git: Sendable, Hashable {
    /// Its address.
    public var repository: String
    /// A branch or tag; the repository's own when empty.
    public var branch: String
    /// A commit, instead of a branch.
    public var commit: String
    /// Whether submodules are checked out too.
    public var hasSubmodules: Bool
    /// The environment variable of the worker that has the access token; may be empty.
    public var tokenVariable: String

    /// Names a repository.
    public init(
      repository: String, branch: String = "", commit: String = "", hasSubmodules: Bool = false,
      tokenVariable: String = ""
    ) {
      self.repository = repository
      self.branch = branch
      self.commit = commit
      self.hasSubmodules = hasSubmodules
      self.tokenVariable = tokenVariable
    }
  }

  /// Most steps of a deployment.
  static let most = 50

  func validate(_ field: String) throws(InvalidValue) {
    switch self {
    case .git(let git):
      try Self.check(git.repository, "\(field).git.repository", "the address of a repository")
      try InvalidValue.check(git.branch, "\(field).git.branch", limit: RunLimits.name)
      try InvalidValue.check(git.commit, "\(field).git.commit", limit: RunLimits.name)
      guard git.branch.isEmpty || git.commit.isEmpty else {
        throw InvalidValue("\(field).git.commit", "cannot be given beside branch")
      }
      // Git would take either for one of its options.
      for (text, name) in [
        (git.repository, "repository"), (git.branch, "branch"), (git.commit, "commit"),
      ] where text.hasPrefix("-") {
        throw InvalidValue("\(field).git.\(name)", "must not begin with a dash")
      }
      try InvalidValue.check(
        git.tokenVariable, "\(field).git.token_variable", limit: RunLimits.word)
      let allowed = git.tokenVariable.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || (0x30...0x39).contains(byte)
          || (0x41...0x5A).contains(byte & 0xDF)
      }
      guard allowed, !(0x30...0x39).contains(git.tokenVariable.utf8.first ?? 0x5F) else {
        throw InvalidValue("\(field).git.token_variable", "is no name of an environment variable")
      }
    case .local(let path, _): try Self.check(path, "\(field).local.path", "a directory")
    case .archive(let source, let sha256, let strip):
      try Self.check(source, "\(field).archive.source", "an address or a path")
      let isDigest = sha256.utf8.count == 64 && sha256.allSatisfy(\.isHexDigit)
      guard sha256.isEmpty || isDigest else {
        throw InvalidValue("\(field).archive.sha256", "must be 64 hexadecimal digits")
      }
      guard (0...100).contains(strip) else {
        throw InvalidValue("\(field).archive.strip_components", "must be from 0 to 100")
      }
    case .shell(let script):
      try InvalidValue.check(script, "\(field).shell.script", limit: Executable.size)
      if script.isEmpty { throw InvalidValue("\(field).shell.script", "is required: a script") }
    case .pip(let file): try Self.check(file, "\(field).pip.requirements", "a file")
    case .workingDirectory(let path):
      try Self.check(path, "\(field).working_directory.path", "a directory")
    }
  }

  private static func check(
    _ text: String, _ field: String, _ what: String
  ) throws(InvalidValue) {
    if text.isEmpty { throw InvalidValue(field, "is required: \(what)") }
    try InvalidValue.check(text, field, limit: RunLimits.address)
  }
}

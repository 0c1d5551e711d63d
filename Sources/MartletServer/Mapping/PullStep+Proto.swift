// Decides how the steps that bring code to where it runs cross the contract.

internal import MartletModel
internal import MartletProto

extension MartletModel.PullStep {
  /// A step that a client asks for; its bounds are checked with the deployment.
  ///
  /// - Throws: `InvalidValue` for a step that says nothing.
  init(_ step: MartletProto.PullStep, _ field: String) throws(InvalidValue) {
    switch step.kind {
    case .git(let git):
      self = .git(
        Git(
          repository: git.repository, branch: git.branch, commit: git.commit,
          hasSubmodules: git.submodules, tokenVariable: git.tokenVariable))
    case .local(let local): self = .local(path: local.path, copies: local.copy)
    case .archive(let archive):
      self = .archive(
        source: archive.source, sha256: archive.sha256, stripComponents: archive.stripComponents)
    case .shell(let shell): self = .shell(shell.script)
    case .pip(let pip): self = .pip(requirements: pip.requirements)
    case .workingDirectory(let directory): self = .workingDirectory(directory.path)
    case nil:
      throw InvalidValue(
        field, "says nothing: give git, local, archive, shell, pip or working_directory")
    }
  }
}

extension MartletProto.PullStep {
  /// A step as it is stored.
  init(_ step: MartletModel.PullStep) {
    self.init()
    switch step {
    case .git(let git):
      kind = .git(
        .init(
          repository: git.repository, branch: git.branch, commit: git.commit,
          submodules: git.hasSubmodules, tokenVariable: git.tokenVariable))
    case .local(let path, let copies): kind = .local(.init(path: path, copy: copies))
    case .archive(let source, let sha256, let strip):
      kind = .archive(.init(source: source, sha256: sha256, stripComponents: strip))
    case .shell(let script): kind = .shell(.init(script: script))
    case .pip(let requirements): kind = .pip(.init(requirements: requirements))
    case .workingDirectory(let path): kind = .workingDirectory(.init(path: path))
    }
  }
}
